CREATE DIMENSION dim.customer
  KEYS (customer_id)
  SEQUENCE BY updated_at
  STORED AS SCD TYPE 7
  TRACK HISTORY ON (segment)
  SURROGATE KEY customer_sk
  DURABLE KEY customer_dk
  APPLY AS DELETE CLOSE
AS SELECT customer_id, name, segment, city, updated_at FROM staging.customers;
