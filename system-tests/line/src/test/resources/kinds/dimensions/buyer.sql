CREATE DIMENSION dim.buyer
  KEYS (customer_id)
  SEQUENCE BY updated_at
  STORED AS SCD TYPE 6
  TRACK HISTORY ON (segment)
  SURROGATE KEY buyer_sk
  APPLY AS DELETE FLAG
AS SELECT customer_id, name, segment, updated_at FROM staging.customers;
