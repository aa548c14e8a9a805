CREATE DIMENSION dim.company
  FROM HISTORY
  KEYS (company_id)
  SEQUENCE BY (posted_at, report)
  STORED AS SCD TYPE 2
  TRACK HISTORY ON (name, status, industry, rating, ceo, country)
  SURROGATE KEY company_sk
AS SELECT company_id, name, status, industry, rating, ceo, country, posted_at, report
   FROM staging.company_reports;
