CREATE STAGING TABLE staging.customers
  KEYS (customer_id)
AS SELECT id AS customer_id, name, points, segment, city, updated_at FROM raw.shop.customer;
