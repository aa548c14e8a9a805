CREATE STAGING TABLE staging.watch_events
  KEYS (watch_id, action)
AS SELECT watch_id, action, customer_id, symbol, happened_at
   FROM raw.brokerage.watch_event;
