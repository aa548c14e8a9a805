-- The brokerage's tables, for PostgreSQL and, to build the warehouse anew beside, for DuckDB.
CREATE TABLE public.customer_change (
  change bigint PRIMARY KEY, action text NOT NULL, customer_id bigint NOT NULL, status text, tax_id text, last_name text,
  first_name text, gender text, tier int, born_on date, city text, country text, email text, phone text,
  changed_at timestamptz NOT NULL);
CREATE TABLE public.account_change (
  change bigint PRIMARY KEY, action text NOT NULL, account_id bigint NOT NULL, customer_id bigint, broker_id bigint,
  status text, description text, tax_status int, changed_at timestamptz NOT NULL);
CREATE TABLE public.company_report (
  report bigint PRIMARY KEY, company_id bigint NOT NULL, name text, status text, industry text, rating text, ceo text,
  country text, posted_at timestamptz NOT NULL);
CREATE TABLE public.security_report (
  report bigint PRIMARY KEY, symbol text NOT NULL, company_id bigint NOT NULL, issue text, status text, name text,
  exchange text, shares_outstanding bigint, dividend numeric(10,2), posted_at timestamptz NOT NULL);
CREATE TABLE public.broker (
  broker_id bigint PRIMARY KEY, last_name text, first_name text, branch text, office text, phone text,
  updated_at timestamptz NOT NULL);
CREATE TABLE public.trade (
  trade_id bigint PRIMARY KEY, type text NOT NULL, is_cash boolean NOT NULL, symbol text NOT NULL,
  account_id bigint NOT NULL, quantity int NOT NULL, bid_price numeric(8,2) NOT NULL, executor text);
CREATE TABLE public.trade_event (
  trade_id bigint, status text, happened_at timestamptz NOT NULL, price numeric(8,2), fee numeric(10,2), commission numeric(10,2),
  tax numeric(10,2), PRIMARY KEY (trade_id, status));
CREATE TABLE public.holding (
  held_trade_id bigint, trade_id bigint, before_quantity int NOT NULL, after_quantity int NOT NULL,
  PRIMARY KEY (held_trade_id, trade_id));
CREATE TABLE public.watch_event (
  watch_id bigint, action text, customer_id bigint NOT NULL, symbol text NOT NULL, happened_at timestamptz NOT NULL,
  PRIMARY KEY (watch_id, action));
CREATE TABLE public.audit (
  batch int, dataset text, attribute text, value bigint, on_date date, PRIMARY KEY (batch, dataset, attribute));
