-- An order with its lines. Parameters: customer, priority, clerk, then one array element a line:
-- part, which of the part's four suppliers, quantity, discount, tax.
-- Result: the order's key.
WITH placed AS (SELECT nextval('public.order_keys') AS order_key),
wanted AS (
  SELECT * FROM unnest(?::bigint[], ?::int[], ?::int[], ?::numeric[], ?::numeric[])
    WITH ORDINALITY AS w(part_key, supplier, quantity, discount, tax, line_number)
),
lines AS (
  SELECT w.*, s.ps_suppkey AS supplier_key,
         round(w.quantity * p.p_retailprice, 2) AS extended_price
  FROM wanted w
  JOIN public.part p ON p.p_partkey = w.part_key
  CROSS JOIN LATERAL (
    SELECT ps_suppkey FROM public.partsupp
    WHERE ps_partkey = w.part_key ORDER BY ps_suppkey OFFSET w.supplier LIMIT 1
  ) s
),
new_order AS (
  INSERT INTO public.orders
  SELECT order_key, ?, 'O',
         (SELECT round(sum(extended_price * (1 + tax) * (1 - discount)), 2) FROM lines),
         CURRENT_DATE, ?, ?, 0, 'placed by the demo workload', now(), clock_timestamp()
  FROM placed
),
new_lines AS (
  INSERT INTO public.lineitem
  SELECT order_key, part_key, supplier_key, line_number, quantity, extended_price, discount, tax,
         'N', 'O', CURRENT_DATE + 3, CURRENT_DATE + 7, CURRENT_DATE + 5,
         'DELIVER IN PERSON', 'MAIL', 'placed by the demo workload'
  FROM placed CROSS JOIN lines
)
SELECT order_key FROM placed
