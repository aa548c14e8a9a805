-- Parameter: a key; the first open order from there on, that nobody else holds, goes with its lines.
WITH chosen AS (
  SELECT o_orderkey FROM public.orders
  WHERE o_orderkey >= ? AND o_orderstatus = 'O'
  ORDER BY o_orderkey LIMIT 1 FOR UPDATE SKIP LOCKED
),
lines AS (
  DELETE FROM public.lineitem l USING chosen WHERE l.l_orderkey = chosen.o_orderkey
)
DELETE FROM public.orders o USING chosen WHERE o.o_orderkey = chosen.o_orderkey
