CREATE DYNAMIC TABLE marts.sales
  KEYS (sale_id)
  FACT TRANSACTION
AS SELECT sale_id,
          lookup(dim.customer, customer_id, as_of => sold_at, not_applicable => kind = 'GIFT') AS customer_sk,
          lookup(dim.customer, customer_id, durable => true, not_applicable => kind = 'GIFT') AS customer_dk,
          lookup(dim.account, customer_id, on_null => 'NOT_APPLICABLE') AS account_sk,
          lookup(dim.account_history, customer_id, as_of => sold_at) AS account_version_sk,
          lookup(dim.buyer, customer_id, as_of => sold_at) AS buyer_sk,
          lookup(dim.product, product_id, as_of => sold_at, bad_value => product_id < 0) AS product_sk,
          lookup(dim.date, CAST(sold_at AS DATE)) AS date_key,
          amount
   FROM staging.sales;
