CREATE STAGING TABLE staging.brokers
  KEYS (broker_id)
AS SELECT broker_id, last_name, first_name, branch, office, phone, updated_at
   FROM raw.brokerage.broker;
