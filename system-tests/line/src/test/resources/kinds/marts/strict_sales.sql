-- Stands still while a sale has no product; one of them is deleted for good.
CREATE DYNAMIC TABLE marts.strict_sales
  KEYS (sale_id)
  FACT TRANSACTION
AS SELECT sale_id, lookup(dim.product, product_id, bad_value => product_id < 0, on_no_match => 'FAIL') AS product_sk
   FROM staging.sales WHERE product_id <> 2;
