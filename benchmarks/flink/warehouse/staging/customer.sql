CREATE STAGING TABLE staging.customer
  KEYS (c_custkey)
AS SELECT c_custkey, c_nationkey, c_mktsegment
   FROM raw.shop.customer;
