CREATE STAGING TABLE staging.trades
  KEYS (trade_id)
AS SELECT trade_id, type, is_cash, symbol, account_id, quantity, bid_price, executor
   FROM raw.brokerage.trade;
