CREATE DIMENSION dim.visitor
  KEYS (customer_id)
  SEQUENCE BY updated_at
  STORED AS SCD TYPE 2
  TRACK HISTORY ON (segment)
  SURROGATE KEY visitor_sk
AS SELECT customer_id, segment, updated_at FROM staging.customers;
