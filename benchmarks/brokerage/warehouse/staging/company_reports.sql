CREATE STAGING TABLE staging.company_reports
  KEYS (report)
AS SELECT report, company_id, name, status, industry, rating, ceo, country, posted_at
   FROM raw.brokerage.company_report;
