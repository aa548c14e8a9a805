CREATE DYNAMIC TABLE marts.recent_repos
  TARGET_LAG = '2 minutes'
AS SELECT repo_id, repo_full_name, language, stars, forks, updated_at
   FROM staging.repositories
   WHERE updated_at >= now() - INTERVAL 7 DAYS;
