CREATE STAGING TABLE staging.product_changes
  KEYS (change)
AS SELECT change, product_id, op, name, price, changed_at FROM raw.shop.product_change;
