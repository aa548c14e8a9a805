-- One transaction of about a thousand row changes; ${seed} and what is in the tables decide which.
SELECT setseed(${seed});

CREATE TEMPORARY TABLE picked ON COMMIT DROP AS
SELECT row_number() OVER () AS place, o_orderkey
FROM (SELECT o_orderkey
      FROM public.orders
      WHERE o_orderkey IN (
        SELECT floor(random() * greatest)::bigint
        FROM generate_series(1, 2500), (SELECT max(o_orderkey) AS greatest FROM public.orders) AS o)
      ORDER BY random()) AS found;

UPDATE public.orders
SET o_orderdate = DATE '1992-01-01' + floor(random() * 2405)::integer,
    o_orderpriority = (ARRAY['1-URGENT', '2-HIGH', '3-MEDIUM', '4-NOT SPECIFIED', '5-LOW'])
                      [1 + floor(random() * 5)::integer],
    updated_at = now()
WHERE o_orderkey IN (SELECT o_orderkey FROM picked WHERE place <= 250);

UPDATE public.lineitem
SET l_quantity = 1 + floor(random() * 50),
    l_extendedprice = round((1000 + random() * 100000)::numeric, 2),
    l_discount = round((random() * 0.1)::numeric, 2),
    l_receiptdate = l_commitdate - 20 + floor(random() * 40)::integer
WHERE l_orderkey IN (SELECT o_orderkey FROM picked WHERE place BETWEEN 251 AND 375);

UPDATE public.customer
SET c_mktsegment = (ARRAY['AUTOMOBILE', 'BUILDING', 'FURNITURE', 'HOUSEHOLD', 'MACHINERY'])
                   [1 + floor(random() * 5)::integer],
    c_nationkey = floor(random() * 25)::integer,
    updated_at = now()
WHERE c_custkey IN (
  SELECT o_custkey FROM public.orders JOIN picked USING (o_orderkey) WHERE place BETWEEN 376 AND 400);

CREATE TEMPORARY TABLE copied ON COMMIT DROP AS
SELECT o_orderkey, nextval('public.order_keys') AS new_key
FROM picked WHERE place BETWEEN 401 AND 430;

INSERT INTO public.orders
SELECT new_key, o_custkey, o_orderstatus, o_totalprice, o_orderdate, o_orderpriority, o_clerk,
       o_shippriority, o_comment, now(), now()
FROM copied JOIN public.orders USING (o_orderkey);

INSERT INTO public.lineitem
SELECT new_key, l_partkey, l_suppkey, l_linenumber, l_quantity, l_extendedprice, l_discount, l_tax,
       l_returnflag, l_linestatus, l_shipdate, l_commitdate, l_receiptdate, l_shipinstruct,
       l_shipmode, l_comment
FROM copied JOIN public.lineitem ON l_orderkey = o_orderkey;

DELETE FROM public.lineitem
WHERE l_orderkey IN (SELECT o_orderkey FROM picked WHERE place BETWEEN 431 AND 450);

DELETE FROM public.orders
WHERE o_orderkey IN (SELECT o_orderkey FROM picked WHERE place BETWEEN 431 AND 450);
