-- The fact: one row an order line, with the customer as it was when the order was placed.
CREATE DYNAMIC TABLE marts.order_lines
  TARGET_LAG = '5 seconds'
  COMMENT = 'One row an order line'
AS SELECT l.order_key,
          l.line_number,
          o.ordered_at,
          o.status,
          lookup(dim.customer, o.customer_key, as_of => o.ordered_at) AS customer_sk,
          lookup(dim.part, l.part_key) AS part_sk,
          l.supplier_key,
          l.quantity,
          l.extended_price,
          l.discount,
          CAST(l.extended_price * (1 - l.discount) AS DECIMAL(18, 4)) AS revenue
   FROM staging.lineitem l
   JOIN staging.orders o ON o.order_key = l.order_key;
