-- The combinations ever seen.
CREATE DIMENSION dim.sale_kind
  SURROGATE KEY sale_kind_sk
AS SELECT DISTINCT kind, amount > 5 AS large FROM staging.sales;
