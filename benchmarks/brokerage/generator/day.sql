-- All that comes on day ${day}, 0 being the historical load; the same whatever was loaded before it.
SET LOCAL timezone = 'UTC';
INSERT INTO public.broker
  SELECT id, 'Broker ' || id, 'First ' || generator.draw(id, 'first', 500), 'Branch ' || id % 20, 'Office ' || id % 5,
         '(555) 555-' || lpad(generator.draw(id, 'phone', 10000)::text, 4, '0'), timestamptz '2023-12-31+00'
  FROM generator.born('broker', ${day}, 1);
UPDATE public.broker b
  SET phone = '(555) 556-' || lpad(generator.draw(c.n + ${day} * 1000, 'phone', 10000)::text, 4, '0'), updated_at = c.at
  FROM generator.changes('broker', ${day}) c WHERE c.id = b.broker_id AND b.updated_at < c.at AND ${day} > 0;

INSERT INTO public.company_report
  SELECT ${day} * 1000000000000 + 500000000000 + id, id, 'Company ' || id, 'Active', 'Industry ' || id % 102,
         (ARRAY['AAA', 'AA', 'A', 'BBB', 'BB', 'B', 'CCC', 'CC', 'C', 'D'])[1 + generator.draw(id, 'rating', 10)], 'Ceo ' || id,
         (ARRAY['USA', 'Canada'])[1 + id % 2], at
  FROM generator.born('company', ${day}, 1);
INSERT INTO public.company_report
  SELECT ${day} * 1000000000000 + n, id, 'Company ' || id, CASE WHEN n % 50 = 0 THEN 'Inactive' ELSE 'Active' END, 'Industry ' || id % 102,
         (ARRAY['AAA', 'AA', 'A', 'BBB', 'BB', 'B', 'CCC', 'CC', 'C', 'D'])[1 + generator.draw(n, 'rating', 10)],
         'Ceo ' || id || '-' || ${day} || '-' || n, (ARRAY['USA', 'Canada'])[1 + id % 2], at
  FROM generator.changes('company', ${day});

INSERT INTO public.security_report
  SELECT ${day} * 1000000000000 + 500000000000 + id, generator.symbol(id), generator.company_of(id), 'COMMON', 'Active', 'Security ' || id,
         (ARRAY['NYSE', 'NASDAQ', 'AMEX', 'PCX'])[1 + id % 4], 1000000 + generator.draw(id, 'shares', 9000000), 0, at
  FROM generator.born('security', ${day}, 3);
INSERT INTO public.security_report
  SELECT ${day} * 1000000000000 + n, generator.symbol(id),
         generator.company_of(id),
         'COMMON', CASE WHEN n % 50 = 0 THEN 'Inactive' ELSE 'Active' END, 'Security ' || id,
         (ARRAY['NYSE', 'NASDAQ', 'AMEX', 'PCX'])[1 + id % 4], 10000000 + ${day} * 10000000::bigint + n, n % 7, at
  FROM generator.changes('security', ${day});

INSERT INTO public.customer_change
  SELECT ${day} * 1000000000000 + 500000000000 + id, 'NEW', id, 'Active',
         '123-45-' || lpad((id % 10000)::text, 4, '0'), 'Last ' || generator.draw(id, 'last', 5000), 'First ' || generator.draw(id, 'first', 500),
         (ARRAY['M', 'F', 'U'])[1 + generator.draw(id, 'gender', 3)],
         CASE WHEN generator.draw(id, 'bad tier', 300) = 0 THEN 9 ELSE 1 + generator.draw(id, 'tier', 3) END,
         date '1940-01-01' + generator.draw(id, 'dob', 25000)::int, 'City ' || generator.draw(id, 'city', 1000),
         (ARRAY['USA', 'Canada'])[1 + id % 2], 'first.' || id || '@example.com', '(555) 557-' || lpad((id % 10000)::text, 4, '0'), at
  FROM generator.born('customer', ${day}, 1);
-- What is NULL has not changed.
INSERT INTO public.customer_change (change, action, customer_id, status, tier, city, email, phone, changed_at)
  SELECT ${day} * 1000000000000 + n, CASE WHEN n % 20 = 0 THEN 'INACT' ELSE 'UPDCUST' END, id,
         CASE WHEN n % 20 = 0 THEN 'Inactive' END,
         CASE WHEN n % 20 > 0 AND n % 3 = 0 THEN 1 + generator.draw(n, 'tier', 3) END,
         CASE WHEN n % 20 > 0 AND n % 2 = 0 THEN 'City ' || generator.draw(n, 'city', 1000) END,
         CASE WHEN n % 20 > 0 THEN 'first.' || id || '.' || ${day} || '.' || n || '@example.com' END,
         CASE WHEN n % 20 > 0 AND n % 5 = 0 THEN '(555) 558-' || lpad((n % 10000)::text, 4, '0') END, at
  FROM generator.changes('customer', ${day});

INSERT INTO public.account_change
  SELECT ${day} * 1000000000000 + 500000000000 + id, 'ADDACCT', id,
         1 + generator.draw(id, 'owner', (SELECT generator.known('customer', greatest(0, ${day} - 1)))),
         1 + generator.draw(id, 'broker', (SELECT generator.known('broker', 0))), 'Active', 'Account ' || id, generator.draw(id, 'tax', 3)::int, at
  FROM generator.born('account', ${day}, 5);
INSERT INTO public.account_change (change, action, account_id, broker_id, status, description, changed_at)
  SELECT ${day} * 1000000000000 + n, CASE WHEN n % 20 = 0 THEN 'CLOSEACCT' ELSE 'UPDACCT' END, id,
         CASE WHEN n % 20 > 0 AND n % 4 = 0 THEN 1 + generator.draw(n, 'broker', (SELECT generator.known('broker', 0))) END,
         CASE WHEN n % 20 = 0 THEN 'Inactive' END,
         CASE WHEN n % 20 > 0 THEN 'Account ' || id || ' of ' || ${day} || '-' || n END, at
  FROM generator.changes('account', ${day});

INSERT INTO public.trade
  SELECT id, generator.type_of(id), generator.draw(id, 'cash', 4) > 0,
         generator.symbol(1 + generator.draw(id, 'symbol', (SELECT generator.known('security', greatest(0, ${day} - 1))))),
         1 + generator.draw(id, 'account', (SELECT generator.known('account', greatest(0, ${day} - 1)))),
         10 + generator.draw(id, 'quantity', 990), 1 + generator.draw(id, 'price', 90000) / 100.0, 'Executor ' || generator.draw(id, 'executor', 300)
  FROM generator.starts('trade', generator.known('trade', ${day} - 1) + 1, generator.known('trade', ${day}));
CREATE TEMP TABLE happened ON COMMIT DROP AS SELECT * FROM generator.trade_events(${day});
INSERT INTO public.trade_event
  SELECT e.trade_id, e.status, e.at, p.price,
         CASE WHEN generator.draw(e.trade_id, 'bad fee', 700) = 0 THEN p.price * 2000 ELSE p.price / 100 END,
         CASE WHEN generator.draw(e.trade_id, 'bad commission', 500) = 0 THEN p.price * 2000 ELSE p.price / 50 END, p.price / 10
  FROM happened e
  LEFT JOIN LATERAL (SELECT (1 + generator.draw(e.trade_id, 'price', 90000) / 100.0)::numeric(8,2) AS price) p ON e.status = 'CMPT';
-- A purchase begins a holding, a sale takes from one that an earlier trade began.
INSERT INTO public.holding
  SELECT CASE WHEN s.sells THEN 1 + generator.draw(e.trade_id, 'held', e.trade_id) ELSE e.trade_id END, e.trade_id,
         CASE WHEN s.sells THEN q.quantity ELSE 0 END, CASE WHEN s.sells THEN 0 ELSE q.quantity END
  FROM happened e,
       LATERAL (SELECT generator.type_of(e.trade_id) IN ('TMS', 'TLS', 'TSL') AS sells) s,
       LATERAL (SELECT 10 + generator.draw(e.trade_id, 'quantity', 990) AS quantity) q
  WHERE e.status = 'CMPT';

INSERT INTO public.watch_event
  SELECT w.id, e.action, 1 + generator.draw(w.id, 'customer', (SELECT loaded + daily * greatest(0, w.of_day - 1) FROM generator.size WHERE name = 'customer')),
         generator.symbol(1 + generator.draw(w.id, 'watched', (SELECT loaded + daily * greatest(0, w.of_day - 1) FROM generator.size WHERE name = 'security'))), e.at
  FROM generator.starts('watch', generator.oldest('watch', ${day}, 12), generator.known('watch', ${day})) w,
       LATERAL (VALUES ('ACTV', w.at, TRUE),
                       ('CNCL', w.at + (86400 + generator.draw(w.id, 'removed', 864000)) * interval '1 second', generator.draw(w.id, 'is removed', 3) = 0)) e (action, at, happens)
  WHERE e.happens AND e.at >= CASE WHEN ${day} = 0 THEN '-infinity' ELSE generator.begins(${day}) END AND e.at < generator.begins(${day} + 1);

INSERT INTO public.audit
  SELECT ${day}, 'Batch', 'FirstDay', NULL::bigint, CASE WHEN ${day} = 0 THEN date '2024-01-01' ELSE generator.begins(${day})::date END
  UNION ALL SELECT ${day}, 'Batch', 'LastDay', NULL, (generator.begins(${day} + 1) - interval '1 day')::date
  UNION ALL SELECT ${day}, 'DimBroker', 'HR_BROKERS', count(*), NULL FROM generator.born('broker', ${day}, 1)
  UNION ALL SELECT ${day}, 'DimCompany', 'FW_CMP', (SELECT count(*) FROM generator.born('company', ${day}, 1)) + (SELECT count(*) FROM generator.changes('company', ${day})), NULL
  UNION ALL SELECT ${day}, 'DimSecurity', 'FW_SEC', (SELECT count(*) FROM generator.born('security', ${day}, 1)) + (SELECT count(*) FROM generator.changes('security', ${day})), NULL
  UNION ALL SELECT ${day}, 'DimCustomer', 'C_NEW', count(*), NULL FROM generator.born('customer', ${day}, 1)
  UNION ALL SELECT ${day}, 'DimCustomer', 'C_TIER_INV', count(*), NULL FROM generator.born('customer', ${day}, 1) WHERE generator.draw(id, 'bad tier', 300) = 0
  UNION ALL SELECT ${day}, 'DimCustomer', 'C_INACT', count(*), NULL FROM generator.changes('customer', ${day}) WHERE n % 20 = 0
  UNION ALL SELECT ${day}, 'DimCustomer', 'C_UPDCUST', count(*), NULL FROM generator.changes('customer', ${day}) WHERE n % 20 > 0
  UNION ALL SELECT ${day}, 'DimAccount', 'CA_ADDACCT', count(*), NULL FROM generator.born('account', ${day}, 1)
  UNION ALL SELECT ${day}, 'DimAccount', 'CA_CLOSEACCT', count(*), NULL FROM generator.changes('account', ${day}) WHERE n % 20 = 0
  UNION ALL SELECT ${day}, 'DimAccount', 'CA_UPDACCT', count(*), NULL FROM generator.changes('account', ${day}) WHERE n % 20 > 0
  UNION ALL SELECT ${day}, 'DimTrade', 'T_NEW', generator.known('trade', ${day}) - generator.known('trade', ${day} - 1), NULL
  UNION ALL SELECT ${day}, 'DimTrade', 'T_CanceledTrades', count(*), NULL FROM happened WHERE status = 'CNCL'
  UNION ALL SELECT ${day}, 'DimTrade', 'T_InvalidCharge', count(*), NULL FROM happened WHERE status = 'CMPT' AND generator.draw(trade_id, 'bad fee', 700) = 0
  UNION ALL SELECT ${day}, 'DimTrade', 'T_InvalidCommision', count(*), NULL FROM happened WHERE status = 'CMPT' AND generator.draw(trade_id, 'bad commission', 500) = 0
  UNION ALL SELECT ${day}, 'FactHoldings', 'HH_RECORDS', count(*), NULL FROM happened WHERE status = 'CMPT'
  UNION ALL SELECT ${day}, 'FactWatches', 'WH_ACTIVE', count(*) FILTER (WHERE action = 'ACTV'), NULL FROM public.watch_event
    WHERE happened_at >= CASE WHEN ${day} = 0 THEN '-infinity' ELSE generator.begins(${day}) END AND happened_at < generator.begins(${day} + 1)
  UNION ALL SELECT ${day}, 'FactWatches', 'WH_RECORDS', count(*), NULL FROM public.watch_event
    WHERE happened_at >= CASE WHEN ${day} = 0 THEN '-infinity' ELSE generator.begins(${day}) END AND happened_at < generator.begins(${day} + 1);
