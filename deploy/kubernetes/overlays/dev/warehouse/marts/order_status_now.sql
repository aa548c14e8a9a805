CREATE DYNAMIC TABLE marts.order_status_now
  TARGET_LAG = '5 seconds'
AS SELECT status,
          count(*)         AS orders,
          sum(total_price) AS value
   FROM staging.orders
   GROUP BY status;
