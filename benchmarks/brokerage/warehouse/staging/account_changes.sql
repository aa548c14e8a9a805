CREATE STAGING TABLE staging.account_changes
  KEYS (change)
AS SELECT change, action, account_id, customer_id, broker_id, status, description, tax_status, changed_at
   FROM raw.brokerage.account_change;
