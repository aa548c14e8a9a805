-- What a completed trade made of a holding.
CREATE DYNAMIC TABLE marts.holdings
  KEYS (held_trade_id, trade_id)
  FACT TRANSACTION
AS SELECT h.held_trade_id, h.trade_id, t.customer_sk, t.account_sk, t.security_sk, t.company_sk,
          t.closed_date_key AS date_key, t.closed_at, t.price, h.before_quantity, h.after_quantity
   FROM staging.holdings h
   JOIN marts.trades t ON t.trade_id = h.trade_id;
