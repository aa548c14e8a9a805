CREATE DIMENSION dim.repository
  KEYS (repo_id)
  SEQUENCE BY updated_at
  STORED AS SCD TYPE 2
  TRACK HISTORY ON (repo_full_name, language, license, archived)
AS SELECT repo_id, repo_name, repo_full_name, owner, language, license, archived, updated_at
   FROM staging.repositories;
