CREATE DIMENSION dim.account
  FROM HISTORY
  KEYS (account_id)
  SEQUENCE BY (changed_at, change)
  STORED AS SCD TYPE 2
  TRACK HISTORY ON (customer_id, broker_id, status, description, tax_status)
  IGNORE NULL UPDATES
  SURROGATE KEY account_sk
AS SELECT account_id, customer_id, broker_id, status, description, tax_status, changed_at, change
   FROM staging.account_changes;
