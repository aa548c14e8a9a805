CREATE DYNAMIC TABLE marts.revenue_by_segment_month
  TARGET_LAG = '5 seconds'
AS SELECT c.segment,
          CAST(date_trunc('month', f.ordered_at) AS DATE) AS month,
          sum(f.revenue)              AS revenue,
          count(DISTINCT f.order_key) AS orders,
          count(*)                    AS lines
   FROM marts.order_lines f
   JOIN dim.customer c ON c.customer_sk = f.customer_sk
   GROUP BY c.segment, month;
