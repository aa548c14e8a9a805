CREATE STAGING TABLE staging.sales
  KEYS (sale_id)
AS SELECT id AS sale_id, customer_id, product_id, kind, amount, sold_at FROM raw.shop.sale;
