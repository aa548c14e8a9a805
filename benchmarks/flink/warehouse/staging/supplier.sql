CREATE STAGING TABLE staging.supplier
  KEYS (s_suppkey)
AS SELECT s_suppkey, s_nationkey
   FROM raw.shop.supplier;
