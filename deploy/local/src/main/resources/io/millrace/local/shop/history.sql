-- The oracle: what was committed to these tables, by whom and when, for tests to compare with.
-- It lies in a schema that no publication names. The loaded rows are its first changes.
CREATE SCHEMA shop_history;

CREATE TABLE shop_history.loaded (scale numeric NOT NULL, seed bigint NOT NULL);

CREATE TABLE shop_history.customer_history (
  operation text NOT NULL,
  txid xid8 NOT NULL,
  changed_at timestamptz NOT NULL,
  LIKE public.customer,
  change_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY
);

CREATE TABLE shop_history.part_history (
  operation text NOT NULL,
  txid xid8 NOT NULL,
  changed_at timestamptz NOT NULL,
  LIKE public.part,
  change_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY
);

CREATE TABLE shop_history.orders_history (
  operation text NOT NULL,
  txid xid8 NOT NULL,
  changed_at timestamptz NOT NULL,
  LIKE public.orders,
  change_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY
);

INSERT INTO shop_history.customer_history
  SELECT 'LOAD', pg_current_xact_id(), clock_timestamp(), c.*
  FROM public.customer c ORDER BY c_custkey;
INSERT INTO shop_history.part_history
  SELECT 'LOAD', pg_current_xact_id(), clock_timestamp(), p.*
  FROM public.part p ORDER BY p_partkey;
INSERT INTO shop_history.orders_history
  SELECT 'LOAD', pg_current_xact_id(), clock_timestamp(), o.*
  FROM public.orders o ORDER BY o_orderkey;

CREATE FUNCTION shop_history.note() RETURNS trigger LANGUAGE plpgsql AS $note$
BEGIN
  EXECUTE format(
      'INSERT INTO shop_history.%I SELECT $1, pg_current_xact_id(), clock_timestamp(), ($2).*',
      TG_TABLE_NAME || '_history')
    USING TG_OP, CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
  RETURN NULL;
END
$note$;

CREATE TRIGGER note AFTER INSERT OR UPDATE OR DELETE ON public.customer
  FOR EACH ROW EXECUTE FUNCTION shop_history.note();
CREATE TRIGGER note AFTER INSERT OR UPDATE OR DELETE ON public.part
  FOR EACH ROW EXECUTE FUNCTION shop_history.note();
CREATE TRIGGER note AFTER INSERT OR UPDATE OR DELETE ON public.orders
  FOR EACH ROW EXECUTE FUNCTION shop_history.note();
