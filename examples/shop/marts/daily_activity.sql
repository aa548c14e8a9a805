-- The mean is over the last seven days that had activity; days without any have no row.
CREATE DYNAMIC TABLE marts.daily_activity
  TARGET_LAG = '2 minutes'
  KEYS (day)
AS WITH days AS (
     SELECT CAST(pushed_at AS DATE) AS day, count(*) AS repos
     FROM staging.repositories
     WHERE pushed_at IS NOT NULL
     GROUP BY day
   )
   SELECT day,
          repos,
          round(avg(repos) OVER (ORDER BY day ROWS BETWEEN 6 PRECEDING AND CURRENT ROW), 2)
            AS repos_7_rows
   FROM days;
