-- TPC-H Q5.
CREATE DYNAMIC TABLE marts.q5
  TARGET_LAG = '1 second'
  REFRESH_MODE = AUTO
  KEYS (n_name)
AS
SELECT n_name, sum(l_extendedprice * (1 - l_discount)) AS revenue
FROM staging.region
JOIN staging.nation ON n_regionkey = r_regionkey
JOIN staging.customer ON c_nationkey = n_nationkey
JOIN staging.orders ON o_custkey = c_custkey
JOIN staging.lineitem ON l_orderkey = o_orderkey
JOIN staging.supplier ON s_suppkey = l_suppkey AND s_nationkey = c_nationkey
WHERE r_name = 'ASIA'
  AND o_orderdate >= DATE '1994-01-01'
  AND o_orderdate < DATE '1995-01-01'
GROUP BY n_name;
