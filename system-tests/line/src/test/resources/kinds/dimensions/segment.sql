CREATE DIMENSION dim.segment
  KEYS (customer_id)
  SEQUENCE BY updated_at
  STORED AS SCD TYPE 3
  PREVIOUS VALUES (segment AS old_segment)
  SURROGATE KEY segment_sk
  APPLY AS DELETE REMOVE
AS SELECT customer_id, segment, updated_at FROM staging.customers;
