-- TPC-H Q1 without the averages, which are quotients of the sums.
CREATE DYNAMIC TABLE marts.q1
  TARGET_LAG = '1 second'
  REFRESH_MODE = AUTO
  KEYS (l_returnflag, l_linestatus)
AS
SELECT l_returnflag, l_linestatus,
       sum(l_quantity) AS sum_qty,
       sum(l_extendedprice) AS sum_base_price,
       sum(l_extendedprice * (1 - l_discount)) AS sum_disc_price,
       sum(l_extendedprice * (1 - l_discount) * (1 + l_tax)) AS sum_charge,
       count(*) AS count_order
FROM staging.lineitem
WHERE l_shipdate <= DATE '1998-09-02'
GROUP BY l_returnflag, l_linestatus;
