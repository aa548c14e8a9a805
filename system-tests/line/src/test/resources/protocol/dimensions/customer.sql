-- History of what a sale is analysed by. Phone, balance and comment are kept current only.
CREATE DIMENSION dim.customer
  KEYS (customer_key)
  SEQUENCE BY updated_at
  STORED AS SCD TYPE 2
  TRACK HISTORY ON (segment, nation_key, address)
  SURROGATE KEY customer_sk
  APPLY AS DELETE CLOSE
AS SELECT customer_key, name, address, nation_key, phone, account_balance, segment, updated_at
   FROM staging.customer;
