CREATE DYNAMIC TABLE marts.sales_by_quarter
AS SELECT d.fiscal_year, d.fiscal_quarter, c.segment, count(*) AS sales, sum(s.amount) AS amount
   FROM marts.sales s
   JOIN dim.date d ON d.date_key = s.date_key
   JOIN dim.customer c ON c.customer_sk = s.customer_sk
   GROUP BY d.fiscal_year, d.fiscal_quarter, c.segment;
