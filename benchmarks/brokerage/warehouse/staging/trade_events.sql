CREATE STAGING TABLE staging.trade_events
  KEYS (trade_id, status)
AS SELECT trade_id, status, happened_at, price, fee, commission, tax
   FROM raw.brokerage.trade_event;
