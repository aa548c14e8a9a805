-- A sale may come before its customer.
CREATE DYNAMIC TABLE marts.visits
  KEYS (sale_id)
  FACT TRANSACTION
AS SELECT sale_id, lookup(dim.visitor, customer_id, as_of => sold_at, on_no_match => 'INFER') AS visitor_sk,
          lookup(dim.resident, customer_id, on_no_match => 'INFER') AS resident_sk,
          lookup(dim.sale_kind, (kind, amount > 5)) AS sale_kind_sk
   FROM staging.sales;
