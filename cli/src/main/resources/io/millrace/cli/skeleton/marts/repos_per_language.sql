CREATE DYNAMIC TABLE marts.repos_per_language
  TARGET_LAG = '20 seconds'
AS SELECT language,
          count(repo_id)       AS repos,
          round(avg(stars), 1) AS avg_stars,
          round(avg(forks), 1) AS avg_forks
   FROM staging.repositories
   GROUP BY language;
