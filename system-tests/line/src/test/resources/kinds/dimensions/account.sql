CREATE DIMENSION dim.account
  KEYS (customer_id)
  SEQUENCE BY updated_at
  STORED AS SCD TYPE 4
  TRACK HISTORY ON (segment, city)
  SURROGATE KEY account_sk
  APPLY AS DELETE CLOSE
AS SELECT customer_id, name, points, segment, city, updated_at FROM staging.customers;
