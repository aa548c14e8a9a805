CREATE STAGING TABLE staging.issues
  KEYS (issue_id)
AS SELECT id                                     AS issue_id,
          number,
          regexp_extract(repository_url, '/repos/(.+)$', 1) AS repo_full_name,
          title,
          state,
          author,
          comments,
          is_pull_request,
          created_at,
          updated_at,
          closed_at
   FROM raw.github.issues;
