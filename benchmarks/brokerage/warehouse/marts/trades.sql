-- A trade from its order to its end. Members are as they were when it was ordered; whose account it is and whose
-- security, their versions of then say.
CREATE DYNAMIC TABLE marts.trades
  KEYS (trade_id)
  FACT ACCUMULATING SNAPSHOT (created_at, closed_at)
AS SELECT t.trade_id, t.account_sk, t.security_sk,
          lookup(dim.customer, a.customer_id, as_of => t.created_at) AS customer_sk,
          lookup(dim.company, s.company_id, as_of => t.created_at) AS company_sk,
          lookup(dim.broker, a.broker_id) AS broker_sk,
          lookup(dim.date, CAST(t.created_at AS DATE)) AS created_date_key,
          lookup(dim.date, CAST(t.closed_at AS DATE), on_null => 'NOT_APPLICABLE') AS closed_date_key,
          t.created_at, t.closed_at, t.status, t.type, t.is_cash, t.quantity, t.bid_price, t.executor,
          t.price, t.fee, t.commission, t.tax
   FROM (SELECT o.trade_id, o.type, o.is_cash, o.quantity, o.bid_price, o.executor,
                lookup(dim.account, o.account_id, as_of => e.created_at) AS account_sk,
                lookup(dim.security, o.symbol, as_of => e.created_at) AS security_sk,
                e.created_at, e.closed_at, e.price, e.fee, e.commission, e.tax,
                CASE WHEN e.canceled > 0 THEN 'Canceled' WHEN e.closed_at IS NOT NULL THEN 'Completed'
                     WHEN e.submitted > 0 THEN 'Submitted' ELSE 'Pending' END AS status
         FROM staging.trades o
         JOIN (SELECT trade_id,
                      min(happened_at) FILTER (status IN ('PNDG', 'SBMT')) AS created_at,
                      max(happened_at) FILTER (status IN ('CMPT', 'CNCL')) AS closed_at,
                      count(*) FILTER (status = 'SBMT') AS submitted,
                      count(*) FILTER (status = 'CNCL') AS canceled,
                      max(price) AS price, max(fee) AS fee, max(commission) AS commission, max(tax) AS tax
               FROM staging.trade_events GROUP BY trade_id) e ON e.trade_id = o.trade_id) t
   JOIN dim.account a ON a.account_sk = t.account_sk
   JOIN dim.security s ON s.security_sk = t.security_sk;
