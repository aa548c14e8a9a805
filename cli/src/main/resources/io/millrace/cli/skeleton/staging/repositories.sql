CREATE STAGING TABLE staging.repositories
  KEYS (repo_id)
AS SELECT id                            AS repo_id,
          name                          AS repo_name,
          full_name                     AS repo_full_name,
          owner_login                   AS owner,
          coalesce(description, '')     AS description,
          coalesce(stargazers_count, 0) AS stars,
          coalesce(forks_count, 0)      AS forks,
          coalesce(language, 'Unknown') AS language,
          license,
          archived,
          created_at,
          updated_at,
          pushed_at
   FROM raw.github.repositories
   WHERE name IS NOT NULL;
