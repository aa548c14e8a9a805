-- How many of what there are, and what happens on which day: ${scale} and ${seed} are filled in.
SET timezone = 'UTC';
CREATE SCHEMA generator;
-- loaded: members of the historical load, day 0; daily: new ones each day; changed: changes of members known before, each day.
CREATE TABLE generator.size (name text PRIMARY KEY, loaded bigint, daily bigint, changed bigint);
INSERT INTO generator.size
  SELECT name, greatest(20, loaded * ${scale}), greatest(least(daily, 1), round(daily * ${scale})),
         greatest(least(changed, 1), round(changed * ${scale}))
  FROM (VALUES ('customer', 5000, 5, 20), ('account', 10000, 10, 40), ('company', 500, 1, 3), ('security', 1000, 2, 6),
               ('broker', 100, 0, 2), ('trade', 100000, 300, 0), ('watch', 50000, 100, 0)) e (name, loaded, daily, changed);

-- A number below the bound, drawn for this one and this purpose.
CREATE FUNCTION generator.draw(one bigint, purpose text, bound bigint) RETURNS bigint IMMUTABLE LANGUAGE sql AS
$$ SELECT (hashint8extended(one, hashtextextended(purpose, ${seed})) & 9223372036854775807) % bound $$;

-- How many members there are at the end of a day; none before the first.
CREATE FUNCTION generator.known(entity text, day int) RETURNS bigint STABLE LANGUAGE sql AS
$$ SELECT CASE WHEN day < 0 THEN 0 ELSE loaded + daily * day END FROM generator.size WHERE name = entity $$;

-- The historical load is of two years, in the second of which members change and trade; then every day is one.
CREATE FUNCTION generator.begins(day int) RETURNS timestamptz IMMUTABLE LANGUAGE sql AS
$$ SELECT CASE WHEN day = 0 THEN timestamptz '2025-01-01+00' ELSE timestamptz '2025-12-31+00' + day * interval '1 day' END $$;

-- Members that are new on a day, and when; in the historical load by the month from which on they begin.
CREATE FUNCTION generator.born(entity text, day int, month int) RETURNS TABLE (id bigint, at timestamptz) STABLE LANGUAGE sql AS
$$ SELECT i, CASE WHEN day = 0 THEN timestamptz '2024-01-01+00' + (month - 1) * interval '30 days' + generator.draw(i, entity || ' born', 59 * 86400) * interval '1 second'
                  ELSE generator.begins(day) + generator.draw(i, entity || ' born', 3600) * interval '1 second' END
   FROM generate_series(generator.known(entity, day - 1) + 1, generator.known(entity, day)) i $$;

-- Changes of members that were known before, one a member and date at most.
CREATE FUNCTION generator.changes(entity text, day int) RETURNS TABLE (n bigint, id bigint, at timestamptz) STABLE LANGUAGE sql AS
$$ SELECT DISTINCT ON (c.id, c.at::date) c.n, c.id, c.at
   FROM (SELECT i AS n, 1 + generator.draw(day * 1000000000::bigint + i, entity || ' changed', s.known) AS id,
                s.from_at + (i - 1) * (s.span / s.total) AS at
         FROM (SELECT CASE WHEN day = 0 THEN loaded ELSE changed END AS total, generator.known(name, greatest(day - 1, 0)) AS known,
                      generator.begins(day) + interval '1 hour' AS from_at,
                      CASE WHEN day = 0 THEN interval '8700 hours' ELSE interval '20 hours' END AS span
               FROM generator.size WHERE name = entity) s,
              generate_series(1, s.total) i) c
   ORDER BY c.id, c.at::date, c.at $$;

-- The day on which a member comes.
CREATE FUNCTION generator.day_of(entity text, id bigint) RETURNS int STABLE LANGUAGE sql AS
$$ SELECT CASE WHEN id <= loaded THEN 0 ELSE ((id - loaded - 1) / daily)::int + 1 END FROM generator.size WHERE name = entity $$;
-- When trades or watches begin.
CREATE FUNCTION generator.starts(entity text, first bigint, last bigint) RETURNS TABLE (id bigint, of_day int, at timestamptz) STABLE LANGUAGE sql AS
$$ SELECT i, d.day, CASE WHEN d.day = 0 THEN generator.begins(0) + interval '1 hour' + (i - 1) * (interval '8758 hours' / e.loaded)
                         ELSE generator.begins(d.day) + interval '1 hour' + ((i - e.loaded - 1) % e.daily) * (interval '22 hours' / e.daily) END
   FROM generator.size e, generate_series(first, last) i,
        LATERAL (SELECT CASE WHEN i <= e.loaded THEN 0 ELSE ((i - e.loaded - 1) / e.daily)::int + 1 END AS day) d
   WHERE e.name = entity $$;

-- The first trade or watch of which something may happen on a day, so many days after it began.
CREATE FUNCTION generator.oldest(entity text, day int, days int) RETURNS bigint STABLE LANGUAGE sql AS
$$ SELECT CASE WHEN day = 0 THEN 1
               WHEN day > days THEN generator.known(entity, day - days - 1) + 1
               ELSE greatest(1, loaded - loaded * (days + 1) / 360) END FROM generator.size WHERE name = entity $$;
CREATE FUNCTION generator.symbol(security bigint) RETURNS text IMMUTABLE LANGUAGE sql AS
$$ SELECT 'SEC' || lpad(security::text, 8, '0') $$;
CREATE FUNCTION generator.type_of(trade bigint) RETURNS text IMMUTABLE LANGUAGE sql AS
$$ SELECT (ARRAY['TMB', 'TMB', 'TMS', 'TLB', 'TLS', 'TSL'])[1 + generator.draw(trade, 'type', 6)] $$;
-- Market orders are submitted and done within minutes; others are pending for up to two days, and one in ten is canceled.
CREATE FUNCTION generator.trade_events(day int) RETURNS TABLE (trade_id bigint, status text, at timestamptz) STABLE LANGUAGE sql AS
$$ SELECT t.id, e.status, e.at
   FROM generator.starts('trade', generator.oldest('trade', day, 4), generator.known('trade', day)) t,
        LATERAL (SELECT generator.type_of(t.id) NOT LIKE 'TM_' AS waits,
                        t.at + generator.draw(t.id, 'waits', 172800) * interval '1 second' AS moved) w,
        LATERAL (VALUES ('PNDG', t.at, w.waits),
                        ('SBMT', CASE WHEN w.waits THEN w.moved ELSE t.at END, NOT w.waits OR generator.draw(t.id, 'canceled', 10) > 0),
                        ('CMPT', CASE WHEN w.waits THEN w.moved ELSE t.at END + interval '3 minutes', NOT w.waits OR generator.draw(t.id, 'canceled', 10) > 0),
                        ('CNCL', w.moved, w.waits AND generator.draw(t.id, 'canceled', 10) = 0)) e (status, at, happens)
   WHERE e.happens AND e.at >= CASE WHEN day = 0 THEN '-infinity' ELSE generator.begins(day) END AND e.at < generator.begins(day + 1) $$;
CREATE FUNCTION generator.company_of(security bigint) RETURNS bigint STABLE LANGUAGE sql AS
$$ SELECT 1 + generator.draw(security, 'company', generator.known('company', greatest(0, generator.day_of('security', security) - 1))) $$;
