-- Rows that come and never change.
CREATE STAGING TABLE staging.prices
  APPEND
AS SELECT product_id, price FROM raw.shop.product_change;
