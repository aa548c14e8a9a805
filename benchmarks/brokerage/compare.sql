-- The lake's tables in the form of rebuild.sql, then a row a table: how many rows it has, and by how many the two differ.
WITH customer AS (
SELECT customer_id, status, tax_id, last_name, first_name, gender, tier, born_on, city, country, email, phone, valid_from, valid_to FROM dim.customer WHERE customer_sk > 0),
account AS (
SELECT account_id, customer_id, broker_id, status, description, tax_status, valid_from, valid_to FROM dim.account WHERE account_sk > 0),
company AS (
SELECT company_id, name, status, industry, rating, ceo, country, valid_from, valid_to FROM dim.company WHERE company_sk > 0),
security AS (
SELECT symbol, company_id, issue, status, name, exchange, shares_outstanding, dividend, valid_from, valid_to FROM dim.security WHERE security_sk > 0),
broker AS (
SELECT broker_id, last_name, first_name, branch, office, phone FROM dim.broker WHERE broker_sk > 0),
trades AS (
SELECT t.trade_id, a.account_id, a.valid_from, s.symbol, s.valid_from, c.customer_id, c.valid_from, f.company_id, f.valid_from, b.broker_id,
  t.created_at, t.closed_at, t.status, t.type, t.is_cash, t.quantity, t.bid_price, t.executor, t.price, t.fee, t.commission, t.tax
FROM marts.trades t LEFT JOIN dim.account a USING (account_sk) LEFT JOIN dim.security s USING (security_sk)
LEFT JOIN dim.customer c USING (customer_sk) LEFT JOIN dim.company f USING (company_sk) LEFT JOIN dim.broker b USING (broker_sk)),
holdings AS (
SELECT h.held_trade_id, h.trade_id, c.customer_id, c.valid_from, a.account_id, a.valid_from, s.symbol, s.valid_from, f.company_id, f.valid_from,
  h.closed_at, h.price, h.before_quantity, h.after_quantity
FROM marts.holdings h LEFT JOIN dim.account a USING (account_sk) LEFT JOIN dim.security s USING (security_sk)
LEFT JOIN dim.customer c USING (customer_sk) LEFT JOIN dim.company f USING (company_sk)),
watches AS (
SELECT w.watch_id, c.customer_id, c.valid_from, s.symbol, s.valid_from, w.placed_at, w.removed_at
FROM marts.watches w LEFT JOIN dim.customer c USING (customer_sk) LEFT JOIN dim.security s USING (security_sk))
SELECT 'customer' AS compared, (SELECT count(*) FROM customer) AS rows,
  (SELECT count(*) FROM (FROM customer EXCEPT ALL FROM rebuilt.customer)) + (SELECT count(*) FROM (FROM rebuilt.customer EXCEPT ALL FROM customer)) AS differing
UNION ALL SELECT 'account' AS compared, (SELECT count(*) FROM account) AS rows,
  (SELECT count(*) FROM (FROM account EXCEPT ALL FROM rebuilt.account)) + (SELECT count(*) FROM (FROM rebuilt.account EXCEPT ALL FROM account)) AS differing
UNION ALL SELECT 'company' AS compared, (SELECT count(*) FROM company) AS rows,
  (SELECT count(*) FROM (FROM company EXCEPT ALL FROM rebuilt.company)) + (SELECT count(*) FROM (FROM rebuilt.company EXCEPT ALL FROM company)) AS differing
UNION ALL SELECT 'security' AS compared, (SELECT count(*) FROM security) AS rows,
  (SELECT count(*) FROM (FROM security EXCEPT ALL FROM rebuilt.security)) + (SELECT count(*) FROM (FROM rebuilt.security EXCEPT ALL FROM security)) AS differing
UNION ALL SELECT 'broker' AS compared, (SELECT count(*) FROM broker) AS rows,
  (SELECT count(*) FROM (FROM broker EXCEPT ALL FROM rebuilt.broker)) + (SELECT count(*) FROM (FROM rebuilt.broker EXCEPT ALL FROM broker)) AS differing
UNION ALL SELECT 'trades' AS compared, (SELECT count(*) FROM trades) AS rows,
  (SELECT count(*) FROM (FROM trades EXCEPT ALL FROM rebuilt.trades)) + (SELECT count(*) FROM (FROM rebuilt.trades EXCEPT ALL FROM trades)) AS differing
UNION ALL SELECT 'holdings' AS compared, (SELECT count(*) FROM holdings) AS rows,
  (SELECT count(*) FROM (FROM holdings EXCEPT ALL FROM rebuilt.holdings)) + (SELECT count(*) FROM (FROM rebuilt.holdings EXCEPT ALL FROM holdings)) AS differing
UNION ALL SELECT 'watches' AS compared, (SELECT count(*) FROM watches) AS rows,
  (SELECT count(*) FROM (FROM watches EXCEPT ALL FROM rebuilt.watches)) + (SELECT count(*) FROM (FROM rebuilt.watches EXCEPT ALL FROM watches)) AS differing
