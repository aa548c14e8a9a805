-- TPC-H Q3, all its orders rather than the ten with the greatest revenue.
CREATE DYNAMIC TABLE marts.q3
  TARGET_LAG = '1 second'
  REFRESH_MODE = AUTO
  KEYS (l_orderkey, o_orderdate, o_shippriority)
AS
SELECT l_orderkey, o_orderdate, o_shippriority,
       sum(l_extendedprice * (1 - l_discount)) AS revenue
FROM staging.customer
JOIN staging.orders ON c_custkey = o_custkey
JOIN staging.lineitem ON l_orderkey = o_orderkey
WHERE c_mktsegment = 'BUILDING'
  AND o_orderdate < DATE '1995-03-15'
  AND l_shipdate > DATE '1995-03-15'
GROUP BY l_orderkey, o_orderdate, o_shippriority;
