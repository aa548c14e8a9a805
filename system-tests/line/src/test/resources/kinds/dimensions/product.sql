CREATE DIMENSION dim.product
  FROM HISTORY
  KEYS (product_id)
  SEQUENCE BY (changed_at, change)
  STORED AS SCD TYPE 2
  TRACK HISTORY ON (price)
  IGNORE NULL UPDATES ON (name)
  SURROGATE KEY product_sk
  APPLY AS DELETE WHEN (op = 'd') FLAG
AS SELECT product_id, name, price, changed_at, change FROM staging.product_changes;
