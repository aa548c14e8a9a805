CREATE STAGING TABLE staging.holdings
  KEYS (held_trade_id, trade_id)
AS SELECT held_trade_id, trade_id, before_quantity, after_quantity
   FROM raw.brokerage.holding;
