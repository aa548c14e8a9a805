-- Updated in place at the source, which keeps no history of brokers; nor does this.
CREATE DIMENSION dim.broker
  KEYS (broker_id)
  SEQUENCE BY updated_at
  STORED AS SCD TYPE 1
  SURROGATE KEY broker_sk
AS SELECT broker_id, last_name, first_name, branch, office, phone, updated_at
   FROM staging.brokers;
