-- The same query as orders_fast: at one cut, the two are the same.
CREATE DYNAMIC TABLE marts.orders_slow
  TARGET_LAG = '20 seconds'
AS SELECT customer_key,
          count(*)         AS orders,
          sum(total_price) AS value
   FROM staging.orders
   GROUP BY customer_key;
