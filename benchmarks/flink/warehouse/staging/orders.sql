CREATE STAGING TABLE staging.orders
  KEYS (o_orderkey)
AS SELECT o_orderkey, o_custkey, o_orderdate, o_orderpriority, o_shippriority
   FROM raw.shop.orders;
