CREATE DIMENSION dim.security
  FROM HISTORY
  KEYS (symbol)
  SEQUENCE BY (posted_at, report)
  STORED AS SCD TYPE 2
  TRACK HISTORY ON (company_id, issue, status, name, exchange, shares_outstanding, dividend)
  SURROGATE KEY security_sk
AS SELECT symbol, company_id, issue, status, name, exchange, shares_outstanding, dividend, posted_at, report
   FROM staging.security_reports;
