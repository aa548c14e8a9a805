CREATE STAGING TABLE staging.nation
  KEYS (n_nationkey)
AS SELECT n_nationkey, n_name, n_regionkey
   FROM raw.shop.nation;
