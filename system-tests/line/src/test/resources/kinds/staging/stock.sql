CREATE STAGING TABLE staging.stock
  KEYS (taken_on, item)
AS SELECT taken_on, item, shelf FROM raw.shop.stock;
