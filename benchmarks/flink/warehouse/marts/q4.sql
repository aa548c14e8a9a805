-- TPC-H Q4.
CREATE DYNAMIC TABLE marts.q4
  TARGET_LAG = '1 second'
  REFRESH_MODE = AUTO
  KEYS (o_orderpriority)
AS
SELECT o_orderpriority, count(*) AS order_count
FROM staging.orders
WHERE o_orderdate >= DATE '1993-07-01'
  AND o_orderdate < DATE '1993-10-01'
  AND EXISTS (
    SELECT 1 FROM staging.lineitem
    WHERE l_orderkey = o_orderkey AND l_commitdate < l_receiptdate)
GROUP BY o_orderpriority;
