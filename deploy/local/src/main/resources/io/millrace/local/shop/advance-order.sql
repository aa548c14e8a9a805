-- Parameter: a key; the first unfinished order from there on, that nobody else holds, takes its next
-- status (O, P, F). An order is P when some of its lines are F, and F when all are; so one with a
-- single line skips P.
WITH chosen AS (
  SELECT o_orderkey,
         CASE WHEN o_orderstatus = 'O' AND EXISTS (
           SELECT FROM public.lineitem WHERE l_orderkey = o_orderkey AND l_linenumber > 1
         ) THEN 'P' ELSE 'F' END AS next_status
  FROM public.orders
  WHERE o_orderkey >= ? AND o_orderstatus <> 'F'
  ORDER BY o_orderkey LIMIT 1 FOR UPDATE SKIP LOCKED
),
lines AS (
  UPDATE public.lineitem l SET l_linestatus = 'F'
  FROM chosen
  WHERE l.l_orderkey = chosen.o_orderkey AND l.l_linestatus <> 'F'
    AND (chosen.next_status = 'F' OR l.l_linenumber = 1)
)
UPDATE public.orders o SET o_orderstatus = chosen.next_status, updated_at = clock_timestamp()
FROM chosen WHERE o.o_orderkey = chosen.o_orderkey
