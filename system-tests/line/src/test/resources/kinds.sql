-- What the warehouse reads, with the rows that are there before it.
CREATE TABLE public.customer (
  id bigint PRIMARY KEY, name text, segment text, city text, updated_at timestamptz NOT NULL, phone text,
  points double precision);
CREATE TABLE public.product_change (
  change bigint PRIMARY KEY, product_id bigint NOT NULL, op text NOT NULL, name text, price numeric(10,2),
  changed_at timestamptz NOT NULL);
CREATE TABLE public.stock (
  taken_on date, item bigint, shelf text, PRIMARY KEY (taken_on, item));
CREATE TABLE public.sale (
  id bigint PRIMARY KEY, customer_id bigint, product_id bigint, kind text NOT NULL, amount numeric(10,2) NOT NULL,
  sold_at timestamptz NOT NULL);
INSERT INTO public.customer
  SELECT i, 'customer ' || i, 'HOUSEHOLD', 'Aarau', '2026-01-01', 'phone ' || i, 1700000000.5
  FROM generate_series(1, 20) i;
INSERT INTO public.product_change
  SELECT i, i, 'c', 'product ' || i, 10, '2026-01-01' FROM generate_series(1, 10) i;
INSERT INTO public.stock SELECT '2026-01-01', i, 'A' FROM generate_series(1, 5) i;
INSERT INTO public.sale
  SELECT i, 1 + i % 20, 1 + i % 10, 'SHOP', 10, timestamptz '2026-01-02 12:00:00+00' + i * interval '1 hour'
  FROM generate_series(1, 100) i;
