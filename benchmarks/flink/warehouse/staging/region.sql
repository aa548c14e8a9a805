CREATE STAGING TABLE staging.region
  KEYS (r_regionkey)
AS SELECT r_regionkey, r_name
   FROM raw.shop.region;
