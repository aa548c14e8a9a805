CREATE DIMENSION dim.resident
  FROM HISTORY
  KEYS (customer_id)
  SEQUENCE BY (changed_at, position)
  STORED AS SCD TYPE 2
  TRACK HISTORY ON (city)
  APPLY AS DELETE WHEN (op = 'd') CLOSE
  APPLY AS TRUNCATE WHEN (op = 't')
AS SELECT customer_id, segment, city, changed_at, position FROM staging.customer_changes;
