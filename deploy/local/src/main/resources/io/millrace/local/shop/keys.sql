-- After the load, when one pass over each table is enough.
ALTER TABLE public.region ADD PRIMARY KEY (r_regionkey);
ALTER TABLE public.nation ADD PRIMARY KEY (n_nationkey);
ALTER TABLE public.supplier ADD PRIMARY KEY (s_suppkey);
ALTER TABLE public.customer ADD PRIMARY KEY (c_custkey);
ALTER TABLE public.part ADD PRIMARY KEY (p_partkey);
ALTER TABLE public.partsupp ADD PRIMARY KEY (ps_partkey, ps_suppkey);
ALTER TABLE public.orders ADD PRIMARY KEY (o_orderkey);
ALTER TABLE public.lineitem ADD PRIMARY KEY (l_orderkey, l_linenumber);

ALTER TABLE public.nation ADD FOREIGN KEY (n_regionkey) REFERENCES public.region;
ALTER TABLE public.supplier ADD FOREIGN KEY (s_nationkey) REFERENCES public.nation;
ALTER TABLE public.customer ADD FOREIGN KEY (c_nationkey) REFERENCES public.nation;
ALTER TABLE public.partsupp ADD FOREIGN KEY (ps_partkey) REFERENCES public.part;
ALTER TABLE public.partsupp ADD FOREIGN KEY (ps_suppkey) REFERENCES public.supplier;
ALTER TABLE public.orders ADD FOREIGN KEY (o_custkey) REFERENCES public.customer;
ALTER TABLE public.lineitem ADD FOREIGN KEY (l_orderkey) REFERENCES public.orders;
ALTER TABLE public.lineitem
  ADD FOREIGN KEY (l_partkey, l_suppkey) REFERENCES public.partsupp;

CREATE SEQUENCE public.order_keys AS bigint;
SELECT setval('public.order_keys', (SELECT max(o_orderkey) FROM public.orders));
