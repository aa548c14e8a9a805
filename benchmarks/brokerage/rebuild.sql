-- The warehouse computed by plain SQL from the source's own tables. Facts name the member and when its version began,
-- in place of surrogate keys.
CREATE SCHEMA rebuilt;
CREATE TABLE rebuilt.customer AS
WITH states AS (
  SELECT customer_id, changed_at, change, last_value(status IGNORE NULLS) OVER w AS status, last_value(tax_id IGNORE NULLS) OVER w AS tax_id, last_value(last_name IGNORE NULLS) OVER w AS last_name, last_value(first_name IGNORE NULLS) OVER w AS first_name, last_value(gender IGNORE NULLS) OVER w AS gender, last_value(tier IGNORE NULLS) OVER w AS tier, last_value(born_on IGNORE NULLS) OVER w AS born_on, last_value(city IGNORE NULLS) OVER w AS city, last_value(country IGNORE NULLS) OVER w AS country, last_value(email IGNORE NULLS) OVER w AS email, last_value(phone IGNORE NULLS) OVER w AS phone
  FROM public.customer_change WINDOW w AS (PARTITION BY customer_id ORDER BY changed_at, change ROWS UNBOUNDED PRECEDING)),
compared AS (
  SELECT *, lag(changed_at) OVER w IS NULL OR (status, tax_id, last_name, first_name, gender, tier, born_on, city, country, email, phone) IS DISTINCT FROM lag((status, tax_id, last_name, first_name, gender, tier, born_on, city, country, email, phone)) OVER w AS begins
  FROM states WINDOW w AS (PARTITION BY customer_id ORDER BY changed_at, change))
SELECT customer_id, status, tax_id, last_name, first_name, gender, tier, born_on, city, country, email, phone, changed_at AS valid_from,
  coalesce(lead(changed_at) OVER (PARTITION BY customer_id ORDER BY changed_at, change), TIMESTAMPTZ '9999-12-31 00:00:00+00') AS valid_to
FROM compared WHERE begins;
CREATE TABLE rebuilt.account AS
WITH states AS (
  SELECT account_id, changed_at, change, last_value(customer_id IGNORE NULLS) OVER w AS customer_id, last_value(broker_id IGNORE NULLS) OVER w AS broker_id, last_value(status IGNORE NULLS) OVER w AS status, last_value(description IGNORE NULLS) OVER w AS description, last_value(tax_status IGNORE NULLS) OVER w AS tax_status
  FROM public.account_change WINDOW w AS (PARTITION BY account_id ORDER BY changed_at, change ROWS UNBOUNDED PRECEDING)),
compared AS (
  SELECT *, lag(changed_at) OVER w IS NULL OR (customer_id, broker_id, status, description, tax_status) IS DISTINCT FROM lag((customer_id, broker_id, status, description, tax_status)) OVER w AS begins
  FROM states WINDOW w AS (PARTITION BY account_id ORDER BY changed_at, change))
SELECT account_id, customer_id, broker_id, status, description, tax_status, changed_at AS valid_from,
  coalesce(lead(changed_at) OVER (PARTITION BY account_id ORDER BY changed_at, change), TIMESTAMPTZ '9999-12-31 00:00:00+00') AS valid_to
FROM compared WHERE begins;
CREATE TABLE rebuilt.company AS
WITH states AS (
  SELECT company_id, posted_at, report, name, status, industry, rating, ceo, country FROM public.company_report),
compared AS (
  SELECT *, lag(posted_at) OVER w IS NULL OR (name, status, industry, rating, ceo, country) IS DISTINCT FROM lag((name, status, industry, rating, ceo, country)) OVER w AS begins
  FROM states WINDOW w AS (PARTITION BY company_id ORDER BY posted_at, report))
SELECT company_id, name, status, industry, rating, ceo, country, posted_at AS valid_from,
  coalesce(lead(posted_at) OVER (PARTITION BY company_id ORDER BY posted_at, report), TIMESTAMPTZ '9999-12-31 00:00:00+00') AS valid_to
FROM compared WHERE begins;
CREATE TABLE rebuilt.security AS
WITH states AS (
  SELECT symbol, posted_at, report, company_id, issue, status, name, exchange, shares_outstanding, dividend FROM public.security_report),
compared AS (
  SELECT *, lag(posted_at) OVER w IS NULL OR (company_id, issue, status, name, exchange, shares_outstanding, dividend) IS DISTINCT FROM lag((company_id, issue, status, name, exchange, shares_outstanding, dividend)) OVER w AS begins
  FROM states WINDOW w AS (PARTITION BY symbol ORDER BY posted_at, report))
SELECT symbol, company_id, issue, status, name, exchange, shares_outstanding, dividend, posted_at AS valid_from,
  coalesce(lead(posted_at) OVER (PARTITION BY symbol ORDER BY posted_at, report), TIMESTAMPTZ '9999-12-31 00:00:00+00') AS valid_to
FROM compared WHERE begins;
CREATE TABLE rebuilt.broker AS SELECT broker_id, last_name, first_name, branch, office, phone FROM public.broker;
CREATE TABLE rebuilt.trades AS
WITH courses AS (
  SELECT trade_id, min(happened_at) FILTER (status IN ('PNDG', 'SBMT')) AS created_at, max(happened_at) FILTER (status IN ('CMPT', 'CNCL')) AS closed_at,
    count(*) FILTER (status = 'SBMT') AS submitted, count(*) FILTER (status = 'CNCL') AS canceled,
    max(price) AS price, max(fee) AS fee, max(commission) AS commission, max(tax) AS tax
  FROM public.trade_event GROUP BY trade_id)
SELECT t.trade_id, t.account_id, a.valid_from AS account_from, t.symbol, s.valid_from AS security_from, a.customer_id, c.valid_from AS customer_from,
  s.company_id, f.valid_from AS company_from, a.broker_id, e.created_at, e.closed_at,
  CASE WHEN e.canceled > 0 THEN 'Canceled' WHEN e.closed_at IS NOT NULL THEN 'Completed' WHEN e.submitted > 0 THEN 'Submitted' ELSE 'Pending' END AS status,
  t.type, t.is_cash, t.quantity, t.bid_price, t.executor, e.price, e.fee, e.commission, e.tax
FROM public.trade t JOIN courses e USING (trade_id)
LEFT JOIN rebuilt.account a ON a.account_id = t.account_id AND e.created_at >= a.valid_from AND e.created_at < a.valid_to
LEFT JOIN rebuilt.security s ON s.symbol = t.symbol AND e.created_at >= s.valid_from AND e.created_at < s.valid_to
LEFT JOIN rebuilt.customer c ON c.customer_id = a.customer_id AND e.created_at >= c.valid_from AND e.created_at < c.valid_to
LEFT JOIN rebuilt.company f ON f.company_id = s.company_id AND e.created_at >= f.valid_from AND e.created_at < f.valid_to;
CREATE TABLE rebuilt.holdings AS
SELECT h.held_trade_id, h.trade_id, t.customer_id, t.customer_from, t.account_id, t.account_from, t.symbol, t.security_from, t.company_id, t.company_from,
  t.closed_at, t.price, h.before_quantity, h.after_quantity
FROM public.holding h JOIN rebuilt.trades t USING (trade_id);
CREATE TABLE rebuilt.watches AS
WITH w AS (
  SELECT watch_id, customer_id, symbol, min(happened_at) FILTER (action = 'ACTV') AS placed_at, max(happened_at) FILTER (action = 'CNCL') AS removed_at
  FROM public.watch_event GROUP BY ALL)
SELECT w.watch_id, w.customer_id, c.valid_from AS customer_from, w.symbol, s.valid_from AS security_from, w.placed_at, w.removed_at
FROM w
LEFT JOIN rebuilt.customer c ON c.customer_id = w.customer_id AND w.placed_at >= c.valid_from AND w.placed_at < c.valid_to
LEFT JOIN rebuilt.security s ON s.symbol = w.symbol AND w.placed_at >= s.valid_from AND w.placed_at < s.valid_to;
