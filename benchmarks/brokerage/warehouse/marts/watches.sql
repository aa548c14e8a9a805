-- A security that a customer watches, from the day it was placed to the day it was removed.
CREATE DYNAMIC TABLE marts.watches
  KEYS (watch_id)
  FACT ACCUMULATING SNAPSHOT (placed_at, removed_at)
AS SELECT watch_id,
          lookup(dim.customer, customer_id, as_of => placed_at) AS customer_sk,
          lookup(dim.security, symbol, as_of => placed_at) AS security_sk,
          lookup(dim.date, CAST(placed_at AS DATE)) AS placed_date_key,
          lookup(dim.date, CAST(removed_at AS DATE), on_null => 'NOT_APPLICABLE') AS removed_date_key,
          placed_at, removed_at
   FROM (SELECT watch_id, customer_id, symbol,
                min(happened_at) FILTER (action = 'ACTV') AS placed_at,
                max(happened_at) FILTER (action = 'CNCL') AS removed_at
         FROM staging.watch_events GROUP BY watch_id, customer_id, symbol);
