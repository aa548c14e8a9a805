CREATE DIMENSION dim.part
  KEYS (part_key)
  STORED AS SCD TYPE 1
  SURROGATE KEY part_sk
AS SELECT part_key, name, manufacturer, brand, type, size, container, retail_price
   FROM staging.part;
