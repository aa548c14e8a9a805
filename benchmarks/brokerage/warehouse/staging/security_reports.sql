CREATE STAGING TABLE staging.security_reports
  KEYS (report)
AS SELECT report, symbol, company_id, issue, status, name, exchange, shares_outstanding, dividend, posted_at
   FROM raw.brokerage.security_report;
