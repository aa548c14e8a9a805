CREATE DIMENSION dim.origin
  KEYS (customer_id)
  SEQUENCE BY updated_at
  STORED AS SCD TYPE 0
  SURROGATE KEY origin_sk
  APPLY AS DELETE IGNORE
AS SELECT customer_id, city, updated_at FROM staging.customers;
