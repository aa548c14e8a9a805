CREATE STAGING TABLE staging.customer_changes
  KEYS (change)
AS SELECT change, action, customer_id, status, tax_id, last_name, first_name, gender, tier, born_on, city, country,
          email, phone, changed_at
   FROM raw.brokerage.customer_change;
