-- The answer key that the generator writes with every day.
CREATE STAGING TABLE staging.audit
  KEYS (batch, dataset, attribute)
AS SELECT batch, dataset, attribute, value, on_date
   FROM raw.brokerage.audit;
