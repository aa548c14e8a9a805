CREATE DIMENSION dim.shelf
  FROM SNAPSHOT BY taken_on
  KEYS (item)
  STORED AS SCD TYPE 2
  SURROGATE KEY shelf_sk
AS SELECT item, shelf, taken_on FROM staging.stock;
