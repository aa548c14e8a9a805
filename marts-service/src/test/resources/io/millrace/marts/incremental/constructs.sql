-- One query after the other over staging.a, b and c; orders are total up to equal rows.

-- windows
SELECT id, lag(v, 2) OVER (PARTITION BY k ORDER BY id, g, v, x, d, t) AS p FROM staging.a;
SELECT id, lag(v, 1, 9.99) OVER (PARTITION BY k ORDER BY id, g, v, x, d, t) AS p FROM staging.a;
SELECT id, lead(id, 2, -1) OVER (PARTITION BY k ORDER BY id, g, v, x, d, t) AS p FROM staging.a;
SELECT id, lag(v, id) OVER (PARTITION BY k ORDER BY id, g, v, x, d, t) AS p FROM staging.a WHERE id IS NOT NULL;
SELECT id, ntile(3) OVER (PARTITION BY k ORDER BY id, g, v, x, d, t) AS p FROM staging.a;
SELECT id, first_value(v) OVER (PARTITION BY k ORDER BY id, g, v, x, d, t ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) AS p, last_value(v) OVER (PARTITION BY k ORDER BY id, g, v, x, d, t ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) AS q FROM staging.a;
SELECT id, nth_value(v, 2) OVER (PARTITION BY k ORDER BY id, g, v, x, d, t) AS p FROM staging.a;
SELECT id, first_value(v IGNORE NULLS) OVER (PARTITION BY k ORDER BY id, g, v, x, d, t) AS p FROM staging.a;
SELECT id, lag(v IGNORE NULLS) OVER (PARTITION BY k ORDER BY id, g, v, x, d, t) AS p FROM staging.a;
SELECT id, last_value(v IGNORE NULLS) OVER (PARTITION BY k ORDER BY id, g, v, x, d, t) AS p FROM staging.a;
SELECT id, count(DISTINCT g) OVER (PARTITION BY k) AS p FROM staging.a;
SELECT id, sum(v) FILTER (WHERE g = 'x') OVER (PARTITION BY k) AS p FROM staging.a;
SELECT id, count(*) OVER (PARTITION BY k, g) AS p, count(*) OVER (PARTITION BY k) AS q FROM staging.a;
SELECT id, count(*) OVER (PARTITION BY k) AS p, count(*) OVER (PARTITION BY g) AS q FROM staging.a;
SELECT id, sum(v) OVER (PARTITION BY k ORDER BY d RANGE BETWEEN INTERVAL 1 DAY PRECEDING AND CURRENT ROW) AS p FROM staging.a;
SELECT id, sum(v) OVER (PARTITION BY k ORDER BY d GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW) AS p FROM staging.a;
SELECT id, sum(v) OVER (PARTITION BY k ORDER BY d ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW) AS p FROM staging.a;
SELECT id, sum(v) OVER (PARTITION BY k ORDER BY d) AS p FROM staging.a;
SELECT id, sum(v) OVER (PARTITION BY k ORDER BY d DESC NULLS LAST RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS p FROM staging.a;
SELECT k, g, sum(v) AS s, rank() OVER (PARTITION BY k ORDER BY sum(v) DESC NULLS LAST, g) AS p FROM staging.a GROUP BY k, g;
SELECT id, count(*) OVER (PARTITION BY coalesce(k, 0), upper(g)) AS p FROM staging.a;
SELECT id, percent_rank() OVER w AS p, cume_dist() OVER w AS q, dense_rank() OVER w AS r FROM staging.a WINDOW w AS (PARTITION BY k ORDER BY v DESC NULLS FIRST);
SELECT k, max(p) AS m FROM (SELECT k, row_number() OVER (PARTITION BY g ORDER BY id, k, v, x, d, t) AS p FROM staging.a) GROUP BY k;
SELECT id, max(v) OVER (PARTITION BY k) - v AS p FROM staging.a WHERE v IS NOT NULL QUALIFY count(*) OVER (PARTITION BY k) > 1;
SELECT id, string_agg(g, '+' ORDER BY g) OVER (PARTITION BY k) AS p FROM staging.a;
SELECT id, arg_max(id, v) OVER (PARTITION BY k) AS p FROM (SELECT DISTINCT ON (k, v) id, k, v FROM staging.a WHERE v IS NOT NULL ORDER BY k, v, id);

-- joins
SELECT * FROM (SELECT id, k FROM staging.a) NATURAL JOIN (SELECT k, g FROM staging.b);
SELECT * FROM (SELECT id, k, g FROM staging.a) NATURAL FULL JOIN (SELECT k, g, v FROM staging.b);
SELECT k, a.v, b.v AS w FROM staging.a FULL JOIN staging.b USING (k);
SELECT k, g, a.v, b.v AS w FROM staging.a RIGHT JOIN staging.b USING (k, g);
SELECT k, a.v, b.v AS w, c.v AS z FROM staging.a FULL JOIN staging.b USING (k) FULL JOIN staging.c USING (k);
SELECT * FROM staging.a SEMI JOIN staging.b USING (k);
SELECT * FROM staging.a ANTI JOIN staging.b ON a.k = b.k AND a.v < b.v;
SELECT * FROM staging.a ANTI JOIN staging.b ON a.v < b.v;
SELECT a.id, b.id AS other FROM staging.a CROSS JOIN staging.b;
SELECT a.id, b.id AS other FROM staging.a LEFT JOIN staging.b ON true;
SELECT a.id, b.id AS other FROM staging.a LEFT JOIN staging.b ON false;
SELECT a.id, b.id AS other FROM staging.a LEFT JOIN staging.b ON a.k = 1;
SELECT a.id, b.id AS other FROM staging.a LEFT JOIN staging.b ON a.k = b.k AND a.v > 1 AND b.v IS NOT NULL;
SELECT a.id, b.id AS other FROM staging.a LEFT JOIN staging.b ON a.k + 1 = b.k OR a.g = b.g;
SELECT a.id, b.id AS other FROM staging.a FULL JOIN staging.b ON a.k IS NOT DISTINCT FROM b.k;
SELECT a.id FROM staging.a LEFT JOIN staging.b ON a.k = b.k WHERE b.k IS NULL;
SELECT a.id, b.v, c.x FROM staging.a LEFT JOIN staging.b ON a.k = b.k LEFT JOIN staging.c ON b.g = c.g;
SELECT a.id, s.v, s.x FROM staging.a LEFT JOIN (SELECT b.k, b.v, c.x FROM staging.b JOIN staging.c USING (g)) s ON a.k = s.k;
SELECT l.id, r.id AS other FROM staging.a l LEFT JOIN staging.a r ON l.k = r.k AND l.id < r.id;
SELECT l.id, r.id AS other FROM staging.a l FULL JOIN staging.a r ON l.k = r.id;
SELECT a.id, l.m FROM staging.a, LATERAL (SELECT max(b.v) AS m FROM staging.b WHERE b.k = a.k) l;
SELECT a.id, l.m FROM staging.a LEFT JOIN LATERAL (SELECT b.v AS m FROM staging.b WHERE b.k = a.k) l ON true;
SELECT a.id, l.m FROM staging.a, LATERAL (SELECT b.v AS m FROM staging.b WHERE b.k = a.k ORDER BY b.v DESC NULLS LAST, b.id LIMIT 1) l;
SELECT a.id, l.n FROM staging.a, LATERAL (SELECT count(*) AS n FROM staging.b WHERE b.k < a.k) l;
SELECT a.id, l.s FROM staging.a, LATERAL (SELECT a.v + b.v AS s FROM staging.b WHERE b.k = a.k) l WHERE l.s > 1;
SELECT a.id, v.name FROM staging.a JOIN (VALUES (1, 'one'), (2, 'two'), (NULL, 'none')) v(k, name) ON a.k = v.k;
SELECT a.id, v.name FROM staging.a LEFT JOIN (VALUES (1, 'one'), (1, 'uno'), (NULL, 'none')) v(k, name) ON a.k IS NOT DISTINCT FROM v.k;
SELECT v.name, count(a.id) AS n FROM (VALUES (1, 'one'), (2, 'two'), (NULL, 'none')) v(k, name) LEFT JOIN staging.a ON a.k = v.k GROUP BY v.name;
SELECT a.id, b.k FROM staging.a POSITIONAL JOIN staging.b;

-- subqueries
SELECT * FROM staging.a WHERE (k, g) IN (SELECT k, g FROM staging.b);
SELECT * FROM staging.a WHERE (k, g) NOT IN (SELECT k, g FROM staging.b);
SELECT * FROM staging.a WHERE k = ANY (SELECT k FROM staging.b);
SELECT * FROM staging.a WHERE k <> ALL (SELECT k FROM staging.b WHERE v > 1);
SELECT * FROM staging.a WHERE v > ALL (SELECT v FROM staging.b WHERE v > 1);
SELECT * FROM staging.a WHERE v >= ANY (SELECT v FROM staging.b);
SELECT * FROM staging.a WHERE (k IN (SELECT k FROM staging.b)) IS NULL;
SELECT * FROM staging.a WHERE k NOT IN (SELECT k FROM staging.b WHERE b.g = a.g);
SELECT * FROM staging.a WHERE k NOT IN (SELECT k FROM staging.b WHERE b.v < a.v);
SELECT * FROM staging.a WHERE k NOT IN (SELECT k FROM staging.b WHERE k IS NOT NULL) OR g = 'x';
SELECT * FROM staging.a WHERE EXISTS (SELECT 1 FROM staging.b);
SELECT * FROM staging.a WHERE NOT EXISTS (SELECT 1 FROM staging.b WHERE b.v > 2);
SELECT * FROM staging.a WHERE EXISTS (SELECT * FROM staging.b WHERE b.v < a.v AND b.k = a.k) AND NOT EXISTS (SELECT * FROM staging.c WHERE c.g = a.g);
SELECT * FROM staging.a WHERE EXISTS (SELECT * FROM staging.b WHERE b.k = a.k AND EXISTS (SELECT * FROM staging.c WHERE c.k = a.k AND c.g = b.g));
SELECT * FROM staging.a WHERE EXISTS (SELECT k FROM staging.b WHERE b.k = a.k GROUP BY k HAVING count(*) > 1);
SELECT id, (SELECT count(*) FROM staging.b WHERE b.v < a.v) AS n FROM staging.a;
SELECT id, (SELECT sum(b.v) FROM staging.b WHERE b.k = a.k AND b.g = a.g) AS n FROM staging.a;
SELECT id, (SELECT sum(b.v) + a.v FROM staging.b WHERE b.k = a.k) AS n FROM staging.a;
SELECT id, (SELECT DISTINCT g FROM staging.b WHERE g = a.g) AS n FROM staging.a;
SELECT id, (SELECT max(v) FROM staging.b) AS n, (SELECT v FROM staging.c ORDER BY v, id LIMIT 1) AS m FROM staging.a;
SELECT id, (SELECT b.v FROM staging.b WHERE b.k = a.k ORDER BY b.v, b.id LIMIT 1) AS m FROM staging.a;
SELECT id, (SELECT x.s FROM (SELECT k, sum(v) AS s FROM staging.b GROUP BY k) x JOIN (SELECT k, max(v) AS m FROM staging.c GROUP BY k) y ON x.k = y.k WHERE x.k = a.k) AS q FROM staging.a;
SELECT id, (SELECT x.s FROM (SELECT k, sum(v) AS s FROM staging.b GROUP BY k) x LEFT JOIN (SELECT k, max(v) AS m FROM staging.c GROUP BY k) y ON x.k = y.k WHERE x.k = a.k) AS q FROM staging.a;
SELECT id, (SELECT x.s FROM (SELECT k, sum(v) AS s FROM staging.b GROUP BY k) x LEFT JOIN (SELECT k, max(v) AS m FROM staging.c GROUP BY k) y ON x.k = y.k WHERE y.k = a.k) AS q FROM staging.a;
SELECT id, (SELECT x.s FROM (SELECT k, sum(v) AS s, row_number() OVER (PARTITION BY max(g) ORDER BY k) AS p FROM staging.b GROUP BY k) x WHERE x.p = a.k AND x.k = a.id) AS q FROM staging.a;
SELECT k, count(*) AS n FROM staging.a GROUP BY k HAVING count(*) > (SELECT count(*) FROM staging.b WHERE b.k = a.k);
SELECT k, sum((SELECT count(*) FROM staging.b WHERE b.k = a.k)) AS n FROM staging.a GROUP BY k;
SELECT id, CASE WHEN EXISTS (SELECT 1 FROM staging.b WHERE b.k = a.k) THEN 'y' ELSE 'n' END AS e FROM staging.a;
SELECT id, CASE WHEN k IN (SELECT k FROM staging.b) THEN v END AS e, g IN (SELECT g FROM staging.c) AS f FROM staging.a;
SELECT id, ARRAY(SELECT b.g FROM staging.b WHERE b.k = a.k ORDER BY b.g) AS l FROM staging.a;
SELECT id FROM staging.a WHERE v = (SELECT max(v) FROM staging.a i WHERE i.k = a.k);
SELECT id FROM staging.a WHERE v > (SELECT avg(v) FROM staging.a i WHERE i.g = a.g);

-- aggregates
SELECT k, sum(DISTINCT v) AS s, avg(DISTINCT v) AS m, min(DISTINCT g) AS l FROM staging.a GROUP BY k;
SELECT k, count(DISTINCT (k, g)) AS s FROM staging.a GROUP BY k;
SELECT k, count(DISTINCT g) FILTER (WHERE v > 1) AS s FROM staging.a GROUP BY k;
SELECT k, string_agg(DISTINCT g, '+' ORDER BY g) AS s FROM staging.a GROUP BY k;
SELECT k, list(v ORDER BY v DESC, id) AS s FROM staging.a GROUP BY k;
SELECT k, avg(CAST(id AS TINYINT)) AS s, sum(CAST(id AS UINTEGER)) AS u FROM staging.a GROUP BY k;
SELECT count(*) AS n FROM staging.a HAVING count(*) > 3;
SELECT max(v) AS n FROM staging.a WHERE k = 77 HAVING max(v) IS NULL;
SELECT count(*) AS n, sum(v) AS s, min(g) AS l FROM staging.a WHERE k > 3;
SELECT 1 AS one FROM staging.a GROUP BY k;
SELECT count(*) AS n FROM staging.a GROUP BY ();
SELECT date_trunc('month', d) AS m, k % 2 AS o, count(*) AS n FROM staging.a GROUP BY ALL;
SELECT k, count(*) FILTER (WHERE NULL) AS n, sum(NULL::INTEGER) AS s, count(NULL) AS c FROM staging.a GROUP BY k;
SELECT k, sum(CASE WHEN v > 0 THEN v ELSE NULL END) AS s, max(CASE WHEN k > 1 THEN g END) AS m FROM staging.a GROUP BY k;
SELECT k, min(v) FILTER (WHERE g = 'x') AS n, max(t) FILTER (WHERE v > 0) AS m FROM staging.a GROUP BY k;
SELECT x, count(*) AS n FROM (SELECT CASE WHEN k = 1 THEN 'nan'::DOUBLE WHEN k = 2 THEN 'inf'::DOUBLE ELSE x END AS x FROM staging.a) GROUP BY x;
SELECT k, max(x) AS n, min(x) AS m FROM (SELECT k, CASE WHEN id = 1 THEN 'nan'::DOUBLE ELSE x END AS x FROM staging.a) GROUP BY k;
SELECT k, bool_and(v > 0) AS e, bool_or(v > 0) AS s, bit_xor(id) AS b FROM staging.a GROUP BY k;
SELECT k, min(v > 0) AS e, max(v > 0) AS s FROM staging.a GROUP BY k;
SELECT k, sum(v > 0) AS e, count_if(v > 0) AS s, avg(CAST(v > 0 AS INTEGER)) AS m FROM staging.a GROUP BY k;
SELECT k, sum(CAST(v AS DECIMAL(38,10))) AS e FROM staging.a GROUP BY k;
SELECT k, sum(CAST(id AS HUGEINT)) AS e, max(CAST(id AS HUGEINT)) AS m, sum(CAST(id AS UBIGINT)) AS u FROM staging.a GROUP BY k;
SELECT k, min(id, 2) AS e, max(v, 3) AS m FROM staging.a WHERE v IS NOT NULL GROUP BY k;
SELECT k, quantile_disc(v, 0.5) AS q, quantile_cont(v, [0.25, 0.75]) AS r, mode(k) AS m FROM staging.a GROUP BY k;
SELECT k, max(d) - min(d) AS days, max(t) AS t FROM staging.a GROUP BY k;
SELECT n, sum(s) AS t, max(s) AS m FROM (SELECT k, g, count(*) AS n, sum(v) AS s FROM staging.a GROUP BY k, g) GROUP BY n HAVING sum(s) > 0;
SELECT k, g, count(*) AS n FROM staging.a GROUP BY GROUPING SETS ((k), (g), ());
SELECT * FROM (PIVOT (SELECT k, g, v FROM staging.a) ON g IN ('x', 'y') USING sum(v), count(*) AS n GROUP BY k);
SELECT * FROM (UNPIVOT (SELECT id, k AS p, CAST(id AS INTEGER) AS q FROM staging.a) ON p, q);
SELECT DISTINCT k + 1 AS n, coalesce(g, 'none') AS h FROM staging.a;
SELECT DISTINCT ON (coalesce(k, 0)) * FROM staging.a ORDER BY coalesce(k, 0), id DESC NULLS LAST, k, g, v, x, d, t;

-- collations
SELECT min(h COLLATE NOCASE) AS n, max(h COLLATE NOCASE) AS m FROM (SELECT k, CASE WHEN k > 1 THEN upper(g) ELSE g END AS h FROM staging.a) GROUP BY k;
SELECT count(DISTINCT h COLLATE NOCASE) AS n FROM (SELECT k, CASE WHEN k > 1 THEN upper(g) ELSE g END AS h FROM staging.a) GROUP BY k;
SELECT upper(h COLLATE NOCASE) AS u, count(*) AS n FROM (SELECT k, CASE WHEN k > 1 THEN upper(g) ELSE g END AS h FROM staging.a) GROUP BY h COLLATE NOCASE;
SELECT l.k, r.h FROM (SELECT k, g FROM staging.a) l JOIN (SELECT upper(g) AS h FROM staging.b) r ON l.g = r.h COLLATE NOCASE;
SELECT k FROM staging.a WHERE g COLLATE NOCASE IN (SELECT upper(g) FROM staging.b);
SELECT k, count(*) OVER (PARTITION BY h COLLATE NOCASE) AS n FROM (SELECT k, CASE WHEN k > 1 THEN upper(g) ELSE g END AS h FROM staging.a);
SELECT h FROM (SELECT k, id, CASE WHEN k > 1 THEN upper(g) ELSE g END AS h FROM staging.a) ORDER BY h COLLATE NOCASE, h, k, id LIMIT 3;
SELECT k, row_number() OVER (PARTITION BY k ORDER BY h COLLATE NOCASE, h, id, v) AS n, h FROM (SELECT k, id, v, CASE WHEN id > 1 THEN upper(g) ELSE g END AS h FROM staging.a);
SELECT h COLLATE NOCASE = 'X' AS e, h COLLATE NOCASE LIKE 'X%' AS f FROM (SELECT k, CASE WHEN k > 1 THEN upper(g) ELSE g END AS h FROM staging.a);
SELECT upper(h) AS h FROM (SELECT DISTINCT CASE WHEN k > 1 THEN upper(g) ELSE g END COLLATE NOCASE AS h FROM staging.a);
SELECT l.k FROM (SELECT k, g COLLATE NOCASE AS h FROM staging.a) l EXCEPT SELECT k FROM staging.b WHERE upper(g) COLLATE NOCASE = 'X';
SELECT string_agg(h, '+' ORDER BY h COLLATE NOCASE, h) AS s FROM (SELECT k, CASE WHEN id > 1 THEN upper(g) ELSE g END AS h FROM staging.a) GROUP BY k;
SELECT greatest(h COLLATE NOCASE, 'W') AS s FROM (SELECT k, CASE WHEN id > 1 THEN upper(g) ELSE g END AS h FROM staging.a);

-- set operations
SELECT k, g FROM staging.a EXCEPT (SELECT k, g FROM staging.b EXCEPT SELECT k, g FROM staging.c);
(SELECT k, g FROM staging.a UNION ALL SELECT k, g FROM staging.b) EXCEPT SELECT k, g FROM staging.c;
(SELECT k, g FROM staging.a INTERSECT SELECT k, g FROM staging.b) UNION ALL SELECT k, g FROM staging.c;
SELECT k FROM staging.a EXCEPT SELECT k FROM staging.a WHERE v > 1;
SELECT k, g FROM staging.a UNION BY NAME SELECT g, v FROM staging.b;
SELECT k FROM staging.a UNION SELECT v FROM staging.b;
SELECT k FROM staging.a UNION ALL SELECT NULL FROM staging.b;
SELECT x FROM (SELECT CASE WHEN k = 1 THEN 'nan'::DOUBLE ELSE x END AS x FROM staging.a) INTERSECT SELECT CASE WHEN k = 1 THEN 'nan'::DOUBLE ELSE x END FROM staging.b;
SELECT count(*) AS n FROM (SELECT k FROM staging.a UNION SELECT k FROM staging.b UNION ALL SELECT k FROM staging.c);

-- lists
SELECT a.id, u FROM staging.a, unnest([a.k, NULL, 7]) q(u);
SELECT id, unnest(string_split(g, '')) AS u FROM staging.a;
SELECT id, unnest([k, 1]) AS u, unnest([g, NULL, 'z']) AS w FROM staging.a;
SELECT k, unnest(l) AS u FROM (SELECT k, list(g ORDER BY g, id) AS l FROM staging.a GROUP BY k);
SELECT id, unnest(range(id)) AS u FROM staging.a;
SELECT id, unnest(CASE WHEN k > 1 THEN [k] END) AS u FROM staging.a;
SELECT u, count(*) AS n FROM (SELECT unnest([k, k, id::INTEGER]) AS u FROM staging.a) GROUP BY u;
SELECT id, list_sort([k, id::INTEGER, 3])[1] AS e, len([k, NULL]) AS n, list_contains([k, 1], 1) AS c FROM staging.a;
SELECT id, [k, 1][1:1] AS e FROM staging.a;
SELECT l, count(*) AS n FROM (SELECT [k, 1] AS l FROM staging.a) GROUP BY l;

-- limits
SELECT id, v FROM staging.a ORDER BY v DESC NULLS LAST, id, k LIMIT 3 OFFSET 1;
SELECT g FROM staging.a ORDER BY v + 1 NULLS FIRST, g DESC LIMIT 3;
SELECT id FROM staging.a ORDER BY id LIMIT 0;
SELECT id FROM staging.a ORDER BY id NULLS FIRST OFFSET 2;
SELECT id FROM staging.a ORDER BY id LIMIT 40%;
SELECT DISTINCT k FROM staging.a ORDER BY k DESC LIMIT 2;
SELECT k FROM staging.a UNION ALL SELECT k FROM staging.b ORDER BY k LIMIT 4;
SELECT b.id FROM staging.b JOIN (SELECT k FROM staging.a ORDER BY k, id LIMIT 3) s ON b.k = s.k;
SELECT k, count(*) AS n FROM (SELECT * FROM staging.a ORDER BY id DESC, k, g, v, x, d, t LIMIT 5) GROUP BY k;
SELECT * FROM (SELECT k, count(*) AS n FROM staging.a GROUP BY k ORDER BY n DESC, k LIMIT 2);
SELECT id FROM (SELECT id FROM staging.a ORDER BY id LIMIT 5) ORDER BY id DESC LIMIT 2;

-- the present
SELECT * FROM staging.a WHERE NOT EXISTS (SELECT 1 FROM staging.b WHERE b.k = a.k AND b.t >= @now - INTERVAL 2 DAY);
SELECT a.id, b.id AS other FROM staging.a LEFT JOIN (SELECT * FROM staging.b WHERE t >= @now - INTERVAL 2 DAY) b ON a.k = b.k;
SELECT a.id, b.id AS other FROM staging.a JOIN staging.b ON a.k = b.k WHERE a.t <= @now AND b.t >= @now - INTERVAL 3 DAY;
SELECT k, max(t) AS m FROM staging.a GROUP BY k HAVING max(t) > @now - INTERVAL 1 DAY;
SELECT * FROM staging.a WHERE (t > @now - INTERVAL 1 DAY) IS NOT TRUE;
SELECT * FROM staging.a WHERE t BETWEEN @now - INTERVAL 3 DAY AND @now - INTERVAL 1 DAY OR g = 'x';
SELECT * FROM staging.a WHERE CAST(t AS DATE) = CAST(@now AS DATE);
SELECT * FROM staging.a WHERE d < CAST(@now AS DATE) AND CASE WHEN k = 1 THEN t > @now - INTERVAL 2 DAY ELSE true END;
SELECT * FROM staging.a WHERE k NOT IN (SELECT k FROM staging.b WHERE t >= @now - INTERVAL 1 DAY);
SELECT id, t FROM staging.a WHERE t >= @now - INTERVAL 2 DAY ORDER BY t, id, k LIMIT 2;
SELECT * FROM (SELECT id, k, t, row_number() OVER (PARTITION BY k ORDER BY t, id, g, v, x, d) AS p FROM staging.a WHERE t < @now) WHERE p = 1 AND t >= @now - INTERVAL 2 DAY;
SELECT k, count(*) AS n FROM (SELECT k FROM staging.a WHERE t < @now UNION ALL SELECT k FROM staging.b WHERE t < @now - INTERVAL 1 DAY) GROUP BY k;
SELECT k, count(*) FILTER (WHERE t < @now) AS n FROM staging.a GROUP BY k;
WITH recent AS (SELECT * FROM staging.a WHERE t > @now - INTERVAL 2 DAY) SELECT l.id FROM recent l LEFT JOIN recent r ON l.k = r.id WHERE r.id IS NULL;
SELECT * FROM staging.a WHERE k IN (SELECT k FROM staging.b WHERE t <= @now GROUP BY k HAVING min(t) > @now - INTERVAL 3 DAY);
SELECT DISTINCT k FROM staging.a WHERE date_diff('day', t, @now) BETWEEN 0 AND 2;

-- expressions
SELECT id, CASE WHEN k <> 0 THEN 10 / k END AS e, 10 // nullif(k, 0) AS f, 10 % nullif(k, 0) AS m, 10 / k AS n FROM staging.a;
SELECT id, 10 // k AS f FROM (SELECT * FROM staging.a WHERE k <> 0);
SELECT id, round(avg(v) OVER (PARTITION BY k), 2) AS f FROM staging.a;
SELECT id, 1 / v AS e, v * v AS f, v / 3 AS m, round(v, 1) AS r, floor(v) AS l, v % 1 AS o FROM staging.a;
SELECT id, v::DECIMAL(18,4) * v::DECIMAL(18,4) AS e, -v AS m, abs(v) AS a, greatest(v, 1.5) AS h, v + 1 AS i FROM staging.a;
SELECT id FROM (SELECT * FROM staging.a WHERE k <> 0) WHERE 10 / k > 2;
SELECT id, TRY_CAST(g AS INTEGER) AS e, TRY_CAST(g || '1' AS DECIMAL(4,1)) AS f, CAST(v AS INTEGER) AS m FROM staging.a;
SELECT id, t AT TIME ZONE 'America/New_York' AS e, date_trunc('month', t) AS m, extract(hour FROM t AT TIME ZONE 'Asia/Tokyo') AS h FROM staging.a;
SELECT id, t + INTERVAL 1 MONTH AS e, t - INTERVAL '1 month 2 days' AS f, CAST(d AS TIMESTAMP) + INTERVAL '90 minutes' AS h, d + 3 AS i FROM staging.a;
SELECT id, strftime(t, '%Y-%m') AS e, date_diff('hour', t, TIMESTAMPTZ '2026-01-05 00:00:00+00') AS h, CAST(t AS VARCHAR) AS s, CAST(t AS DATE) AS z FROM staging.a;
SELECT id, t > TIMESTAMP '2026-01-03 00:00:00' AS e, d = t AS f, d >= '2026-01-03' AS h FROM staging.a;
SELECT id, g LIKE 'x!%' ESCAPE '!' AS e, g ILIKE 'X%' AS i, g SIMILAR TO 'x.*' AS s, regexp_matches(g, '^x') AS r, g GLOB 'x*' AS l, g[1] AS f, g[1:1] AS h FROM staging.a;
SELECT id, concat(g, NULL, 'é''s') AS e, g || NULL AS n, concat_ws('-', g, k) AS w, replace(g, 'x', '"') AS q, format('{}', k) AS o FROM staging.a;
SELECT id, k IN (1, NULL) AS e, k NOT IN (1, NULL) AS n, k IS DISTINCT FROM 1 AS s, nullif(k, 1) AS l, ifnull(k, 9) AS i, CASE k WHEN 1 THEN 'a' WHEN NULL THEN 'b' END AS c FROM staging.a;
SELECT id, k & 1 AS e, xor(k, 1) AS x, k << 1 AS l, -k AS m, 2 ** k AS p, k::VARCHAR AS s, k::TINYINT AS t, hash(g) % 5 AS h, md5(g) AS d FROM staging.a;
SELECT id, 1e-7 AS e, 1.5e300 AS f, 12345678901234567890 AS h, 0.1::FLOAT AS l, -0.5 AS m, 'inf'::DOUBLE AS i, DATE '0044-03-15 (BC)' AS b, TIMESTAMP '9999-12-31 23:59:59.999999' AS z FROM staging.a;
SELECT id, NULL AS n, CAST(NULL AS DECIMAL(5,2)) AS d, INTERVAL 1 DAY AS i FROM staging.a;
SELECT x / -0.0 AS e, 1 / (CASE WHEN k > 1 THEN -0.0::DOUBLE ELSE 0.0::DOUBLE END) AS f FROM staging.a;
SELECT 1 / x AS f, count(*) AS n FROM (SELECT k, CASE WHEN id > 2 THEN -0.0::DOUBLE ELSE 0.0::DOUBLE END AS x FROM staging.a) GROUP BY k, 1 / x;
SELECT a.id, CAST(s.x AS VARCHAR) AS x FROM staging.a LEFT JOIN (SELECT k, CASE WHEN id > 2 THEN -0.0::DOUBLE ELSE 0.0::DOUBLE END AS x FROM staging.b) s ON a.k = s.k;
SELECT k, CAST(y AS VARCHAR) AS x FROM (SELECT k, CASE WHEN id > 2 THEN -0.0::DOUBLE ELSE 0.0::DOUBLE END AS y FROM staging.a UNION ALL SELECT k, x FROM staging.b);
SELECT d + s.i AS e FROM staging.a LEFT JOIN (SELECT k, CASE WHEN id > 2 THEN INTERVAL 1 MONTH ELSE INTERVAL 30 DAY END AS i FROM staging.b) s ON a.k = s.k;
SELECT CAST(('"' || g || '"')::JSON AS VARCHAR) AS e, CAST(('[' || k || ']')::JSON AS INTEGER[]) AS l, ('{"a": ' || k || '}')::JSON ->> 'a' AS f, CAST((k || '.5')::JSON AS INTEGER) AS i FROM staging.a;
SELECT json_extract_string('{"a": "' || g || '"}', '$.a') AS e, json_object('k', k) AS o, to_json(g) AS j FROM staging.a;
SELECT {'a': k, 'b': g}.a AS e, [g, 'z'] AS l, struct_pack(p := k).p AS f FROM staging.a;
SELECT CAST(g AS BLOB) AS b, encode(g) AS e, count(*) AS n FROM staging.a GROUP BY ALL;
SELECT g::VARCHAR AS "select", k AS "a b", v AS "q""q" FROM staging.a;
WITH a AS (SELECT * FROM staging.b), b AS (SELECT * FROM a WHERE k > 1) SELECT a.id, b.v FROM a JOIN b ON a.k = b.k;
WITH s AS MATERIALIZED (SELECT k, count(*) AS n FROM staging.a GROUP BY k), u AS (SELECT * FROM s UNION ALL SELECT * FROM s) SELECT n, count(*) AS m FROM u GROUP BY n;
SELECT COLUMNS('k|g') FROM staging.a;
SELECT * EXCLUDE (x) REPLACE (upper(g) AS g) FROM staging.a
