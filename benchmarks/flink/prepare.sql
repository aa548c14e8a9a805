-- Flink takes a changed row as the old one withdrawn and the new one added: it needs the old one.
ALTER TABLE public.region REPLICA IDENTITY FULL;
ALTER TABLE public.nation REPLICA IDENTITY FULL;
ALTER TABLE public.customer REPLICA IDENTITY FULL;
ALTER TABLE public.supplier REPLICA IDENTITY FULL;
ALTER TABLE public.orders REPLICA IDENTITY FULL;
ALTER TABLE public.lineitem REPLICA IDENTITY FULL;

-- The queries read these: PostgreSQL is asked what they give, too.
CREATE SCHEMA staging;
CREATE VIEW staging.region AS SELECT * FROM public.region;
CREATE VIEW staging.nation AS SELECT * FROM public.nation;
CREATE VIEW staging.customer AS SELECT * FROM public.customer;
CREATE VIEW staging.supplier AS SELECT * FROM public.supplier;
CREATE VIEW staging.orders AS SELECT * FROM public.orders;
CREATE VIEW staging.lineitem AS SELECT * FROM public.lineitem;
