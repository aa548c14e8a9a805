-- The audit: a row a predicate, with how often it is violated. One SELECT, so that all of it is read at one cut:
--   millrace sql --lake LAKE "$(cat audit.sql)"
WITH versions AS (
  SELECT 'DimCustomer' AS dimension, customer_sk AS sk, customer_id::VARCHAR AS member, valid_from, valid_to, is_current FROM dim.customer WHERE customer_sk > 0
  UNION ALL SELECT 'DimAccount', account_sk, account_id::VARCHAR, valid_from, valid_to, is_current FROM dim.account WHERE account_sk > 0
  UNION ALL SELECT 'DimCompany', company_sk, company_id::VARCHAR, valid_from, valid_to, is_current FROM dim.company WHERE company_sk > 0
  UNION ALL SELECT 'DimSecurity', security_sk, symbol, valid_from, valid_to, is_current FROM dim.security WHERE security_sk > 0),
batches AS (
  SELECT batch, max(on_date) FILTER (attribute = 'FirstDay') AS first_day, max(on_date) FILTER (attribute = 'LastDay') AS last_day
  FROM staging.audit WHERE dataset = 'Batch' GROUP BY batch),
answers AS (SELECT batch, dataset, attribute, value FROM staging.audit WHERE dataset <> 'Batch'),
-- What each batch must have made, at least and at most, and when.
made AS (
  SELECT dimension AS dataset, valid_from::DATE AS on_date FROM versions
  UNION ALL SELECT 'DimTrade', created_at::DATE FROM marts.trades
  UNION ALL SELECT 'DimTrade canceled', closed_at::DATE FROM marts.trades WHERE status = 'Canceled'
  UNION ALL SELECT 'DimTrade commission alerts', closed_at::DATE FROM marts.trades WHERE commission > price * quantity
  UNION ALL SELECT 'DimTrade charge alerts', closed_at::DATE FROM marts.trades WHERE fee > price * quantity
  UNION ALL SELECT 'FactHoldings', closed_at::DATE FROM marts.holdings
  UNION ALL SELECT 'FactWatches', placed_at::DATE FROM marts.watches
  UNION ALL SELECT 'FactWatches records', placed_at::DATE FROM marts.watches
  UNION ALL SELECT 'FactWatches records', removed_at::DATE FROM marts.watches WHERE removed_at IS NOT NULL),
due AS (
  SELECT CASE attribute WHEN 'T_CanceledTrades' THEN 'DimTrade canceled' WHEN 'T_InvalidCommision' THEN 'DimTrade commission alerts'
                        WHEN 'T_InvalidCharge' THEN 'DimTrade charge alerts' WHEN 'WH_RECORDS' THEN 'FactWatches records' ELSE dataset END AS dataset,
         batch, sum(value) FILTER (attribute NOT IN ('C_INACT', 'CA_CLOSEACCT')) AS at_least, sum(value) AS at_most
  FROM answers WHERE attribute NOT IN ('C_TIER_INV', 'HR_BROKERS') GROUP BY ALL),
counted AS (
  SELECT b.batch, m.dataset, count(*) AS rows FROM made m JOIN batches b ON m.on_date BETWEEN b.first_day AND b.last_day GROUP BY ALL),
trades AS (
  SELECT t.*, strptime(created_date_key::VARCHAR, '%Y%m%d')::DATE AS created_on,
         CASE WHEN closed_date_key > 0 THEN strptime(closed_date_key::VARCHAR, '%Y%m%d')::DATE END AS closed_on FROM marts.trades t)

-- Audit
SELECT predicate, violations, (SELECT count(*) FROM batches) AS batches FROM (
SELECT 'Audit batches' AS predicate, abs(count(*) - 1 - max(batch)) AS violations FROM batches
UNION ALL SELECT 'Audit sources', count(*) FILTER (datasets < 8) FROM (SELECT batch, count(DISTINCT dataset) AS datasets FROM staging.audit GROUP BY batch)
-- Every dimension with history
UNION ALL SELECT dimension || ' distinct keys', count(*) - count(DISTINCT sk) FROM versions GROUP BY dimension
UNION ALL SELECT a.dimension || ' EndDate', count(*) FILTER (a.valid_to < '9999-12-31' AND b.sk IS NULL)
  FROM versions a LEFT JOIN versions b ON b.dimension = a.dimension AND b.member = a.member AND b.valid_from = a.valid_to GROUP BY a.dimension
UNION ALL SELECT dimension || ' chain', count(*) FILTER (valid_to <> coalesce(next, '9999-12-31'))
  FROM (SELECT *, lead(valid_from) OVER (PARTITION BY dimension, member ORDER BY valid_from) AS next FROM versions) GROUP BY dimension
UNION ALL SELECT dimension || ' Overlap', count(*) FILTER (valid_from < until)
  FROM (SELECT *, max(valid_to) OVER (PARTITION BY dimension, member ORDER BY valid_from ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS until FROM versions) GROUP BY dimension
UNION ALL SELECT dimension || ' End of Time', abs(count(DISTINCT member) - count(*) FILTER (valid_to = '9999-12-31')) FROM versions GROUP BY dimension
UNION ALL SELECT dimension || ' consolidation', count(*) FILTER (valid_from::DATE = valid_to::DATE) FROM versions GROUP BY dimension
UNION ALL SELECT dimension || ' IsCurrent', count(*) FILTER (is_current <> (valid_to = '9999-12-31')) FROM versions GROUP BY dimension
UNION ALL SELECT dimension || ' EffectiveDate', count(*) FILTER (b.batch IS NULL)
  FROM versions v LEFT JOIN batches b ON v.valid_from::DATE BETWEEN b.first_day AND b.last_day GROUP BY dimension
-- Row counts of dimensions and facts, batch by batch
UNION ALL SELECT d.dataset || ' row count', count(*) FILTER (coalesce(c.rows, 0) NOT BETWEEN d.at_least AND d.at_most)
  FROM due d LEFT JOIN counted c USING (dataset, batch) GROUP BY d.dataset
-- Members of their own
UNION ALL SELECT 'DimCustomer Status', count(*) FROM dim.customer WHERE customer_sk > 0 AND coalesce(status NOT IN ('Active', 'Inactive'), TRUE)
UNION ALL SELECT 'DimCustomer inactive customers', abs((SELECT count(DISTINCT customer_id) FROM staging.customer_changes WHERE action = 'INACT')
  - (SELECT count(*) FROM dim.customer WHERE is_current AND status = 'Inactive'))
UNION ALL SELECT 'DimCustomer Gender', count(*) FROM dim.customer WHERE customer_sk > 0 AND coalesce(gender NOT IN ('M', 'F', 'U'), TRUE)
UNION ALL SELECT 'DimCustomer customer tier alerts', abs((SELECT sum(value) FROM answers WHERE attribute = 'C_TIER_INV')
  - (SELECT count(*) FROM (SELECT arg_min(tier, valid_from) AS tier FROM dim.customer WHERE customer_sk > 0 GROUP BY customer_id) WHERE tier NOT IN (1, 2, 3)))
UNION ALL SELECT 'DimCustomer TaxID', count(*) FROM dim.customer WHERE customer_sk > 0 AND coalesce(tax_id NOT LIKE '___-__-____', TRUE)
UNION ALL SELECT 'DimCustomer Phone', count(*) FROM dim.customer WHERE customer_sk > 0 AND coalesce(phone NOT LIKE '(___) ___-____', TRUE)
UNION ALL SELECT 'DimCustomer Email', count(*) FROM dim.customer WHERE customer_sk > 0 AND coalesce(email NOT LIKE '_%.%@%.%', TRUE)
UNION ALL SELECT 'DimAccount Status', count(*) FROM dim.account WHERE account_sk > 0 AND coalesce(status NOT IN ('Active', 'Inactive'), TRUE)
UNION ALL SELECT 'DimAccount TaxStatus', count(*) FROM dim.account WHERE account_sk > 0 AND coalesce(tax_status NOT IN (0, 1, 2), TRUE)
UNION ALL SELECT 'DimAccount customer', count(*) FROM dim.account a ANTI JOIN dim.customer c ON c.customer_id = a.customer_id AND a.valid_from >= c.valid_from WHERE a.account_sk > 0
UNION ALL SELECT 'DimAccount broker', count(*) FROM dim.account a ANTI JOIN dim.broker b ON b.broker_id = a.broker_id AND a.valid_from >= b.valid_from WHERE a.account_sk > 0
UNION ALL SELECT 'DimCompany Status', count(*) FROM dim.company WHERE company_sk > 0 AND coalesce(status NOT IN ('Active', 'Inactive'), TRUE)
UNION ALL SELECT 'DimCompany SPrating', count(*) FROM dim.company WHERE company_sk > 0 AND coalesce(rating NOT IN ('AAA', 'AA', 'A', 'BBB', 'BB', 'B', 'CCC', 'CC', 'C', 'D'), TRUE)
UNION ALL SELECT 'DimCompany Country', count(*) FROM dim.company WHERE company_sk > 0 AND coalesce(country NOT IN ('USA', 'Canada'), TRUE)
UNION ALL SELECT 'DimSecurity Status', count(*) FROM dim.security WHERE security_sk > 0 AND coalesce(status NOT IN ('Active', 'Inactive'), TRUE)
UNION ALL SELECT 'DimSecurity exchange', count(*) FROM dim.security WHERE security_sk > 0 AND coalesce(exchange NOT IN ('NYSE', 'NASDAQ', 'AMEX', 'PCX'), TRUE)
UNION ALL SELECT 'DimSecurity issue', count(*) FROM dim.security WHERE security_sk > 0 AND coalesce(issue <> 'COMMON', TRUE)
UNION ALL SELECT 'DimSecurity company', count(*) FROM dim.security s ANTI JOIN dim.company c ON c.company_id = s.company_id AND s.valid_from >= c.valid_from WHERE s.security_sk > 0
UNION ALL SELECT 'DimBroker row count', abs(count(*) - (SELECT sum(value) FROM answers WHERE attribute = 'HR_BROKERS')) FROM dim.broker WHERE broker_sk > 0
UNION ALL SELECT 'DimBroker distinct keys', count(*) - count(DISTINCT broker_sk) FROM dim.broker
UNION ALL SELECT 'DimBroker IsCurrent', count(*) FROM dim.broker WHERE broker_sk > 0 AND NOT is_current
UNION ALL SELECT 'DimBroker EffectiveDate', count(*) FROM dim.broker WHERE broker_sk > 0 AND valid_from > (SELECT min(first_day) FROM batches)
UNION ALL SELECT 'DimBroker EndDate', count(*) FROM dim.broker WHERE broker_sk > 0 AND valid_to <> '9999-12-31'
UNION ALL SELECT 'DimDate distinct keys', count(*) - count(DISTINCT date_key) FROM dim.date
UNION ALL SELECT 'DimDate range', count(*) FILTER (NOT EXISTS (FROM dim.date d WHERE d.date = b.last_day)) FROM batches b
-- Trades
UNION ALL SELECT 'DimTrade distinct keys', count(*) - count(DISTINCT trade_id) FROM trades
UNION ALL SELECT 'DimTrade SK_BrokerID', count(*) FROM trades t ANTI JOIN dim.broker d ON d.broker_sk = t.broker_sk AND d.broker_sk > 0 AND t.created_at >= d.valid_from AND t.created_at < d.valid_to
UNION ALL SELECT 'DimTrade SK_CompanyID', count(*) FROM trades t ANTI JOIN dim.company d ON d.company_sk = t.company_sk AND d.company_sk > 0 AND t.created_at >= d.valid_from AND t.created_at < d.valid_to
UNION ALL SELECT 'DimTrade SK_SecurityID', count(*) FROM trades t ANTI JOIN dim.security d ON d.security_sk = t.security_sk AND d.security_sk > 0 AND t.created_at >= d.valid_from AND t.created_at < d.valid_to
UNION ALL SELECT 'DimTrade SK_CustomerID', count(*) FROM trades t ANTI JOIN dim.customer d ON d.customer_sk = t.customer_sk AND d.customer_sk > 0 AND t.created_at >= d.valid_from AND t.created_at < d.valid_to
UNION ALL SELECT 'DimTrade SK_AccountID', count(*) FROM trades t ANTI JOIN dim.account d ON d.account_sk = t.account_sk AND d.account_sk > 0 AND t.created_at >= d.valid_from AND t.created_at < d.valid_to
UNION ALL SELECT 'DimTrade account''s customer', count(*) FILTER (a.customer_id <> c.customer_id) FROM trades t JOIN dim.account a USING (account_sk) JOIN dim.customer c USING (customer_sk)
UNION ALL SELECT 'DimTrade security''s company', count(*) FILTER (s.company_id <> c.company_id) FROM trades t JOIN dim.security s USING (security_sk) JOIN dim.company c USING (company_sk)
UNION ALL SELECT 'DimTrade date check', count(*) FILTER (coalesce(created_on <> created_at::DATE, TRUE) OR closed_on IS DISTINCT FROM closed_at::DATE OR closed_at < created_at
  OR coalesce(closed_on, created_on) > (SELECT max(last_day) FROM batches)) FROM trades
UNION ALL SELECT 'DimTrade Status', count(*) FROM trades WHERE coalesce(status NOT IN ('Canceled', 'Pending', 'Submitted', 'Completed'), TRUE)
UNION ALL SELECT 'DimTrade Type', count(*) FROM trades WHERE coalesce(type NOT IN ('TMB', 'TMS', 'TSL', 'TLB', 'TLS'), TRUE)
UNION ALL SELECT 'DimTrade completion', count(*) FROM trades WHERE (status IN ('Completed', 'Canceled')) <> (closed_at IS NOT NULL) OR (status = 'Completed') <> (price IS NOT NULL)
-- Holdings
UNION ALL SELECT 'FactHoldings SK_CustomerID', count(*) FROM marts.holdings h ANTI JOIN dim.customer d ON d.customer_sk = h.customer_sk AND d.customer_sk > 0 AND d.valid_from <= h.closed_at
UNION ALL SELECT 'FactHoldings SK_AccountID', count(*) FROM marts.holdings h ANTI JOIN dim.account d ON d.account_sk = h.account_sk AND d.account_sk > 0 AND d.valid_from <= h.closed_at
UNION ALL SELECT 'FactHoldings SK_CompanyID', count(*) FROM marts.holdings h ANTI JOIN dim.company d ON d.company_sk = h.company_sk AND d.company_sk > 0 AND d.valid_from <= h.closed_at
UNION ALL SELECT 'FactHoldings SK_SecurityID', count(*) FROM marts.holdings h ANTI JOIN dim.security d ON d.security_sk = h.security_sk AND d.security_sk > 0 AND d.valid_from <= h.closed_at
UNION ALL SELECT 'FactHoldings CurrentTradeID', count(*) FROM marts.holdings h ANTI JOIN trades t ON t.trade_id = h.trade_id AND t.closed_date_key = h.date_key AND t.closed_at = h.closed_at AND t.price = h.price
UNION ALL SELECT 'FactHoldings TradeID', count(*) FROM marts.holdings h ANTI JOIN trades t ON t.trade_id = h.held_trade_id
UNION ALL SELECT 'FactHoldings SK_DateID', count(*) FROM marts.holdings h WHERE NOT EXISTS (FROM batches b WHERE strptime(h.date_key::VARCHAR, '%Y%m%d')::DATE BETWEEN b.first_day AND b.last_day)
-- Watches
UNION ALL SELECT 'FactWatches SK_CustomerID', count(*) FROM marts.watches w ANTI JOIN dim.customer d ON d.customer_sk = w.customer_sk AND d.customer_sk > 0 AND w.placed_at >= d.valid_from AND w.placed_at < d.valid_to
UNION ALL SELECT 'FactWatches SK_SecurityID', count(*) FROM marts.watches w ANTI JOIN dim.security d ON d.security_sk = w.security_sk AND d.security_sk > 0 AND w.placed_at >= d.valid_from AND w.placed_at < d.valid_to
UNION ALL SELECT 'FactWatches date check', count(*) FILTER (coalesce(placed_date_key <> strftime(placed_at, '%Y%m%d')::BIGINT, TRUE)
  OR coalesce(removed_date_key <> strftime(removed_at, '%Y%m%d')::BIGINT, removed_at IS NOT NULL) OR removed_at < placed_at
  OR coalesce(removed_at, placed_at)::DATE > (SELECT max(last_day) FROM batches)) FROM marts.watches
) ORDER BY predicate
