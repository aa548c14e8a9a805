CREATE DIMENSION dim.customer
  FROM HISTORY
  KEYS (customer_id)
  SEQUENCE BY (changed_at, change)
  STORED AS SCD TYPE 2
  TRACK HISTORY ON (status, tax_id, last_name, first_name, gender, tier, born_on, city, country, email, phone)
  IGNORE NULL UPDATES
  SURROGATE KEY customer_sk
AS SELECT customer_id, status, tax_id, last_name, first_name, gender, tier, born_on, city, country, email, phone,
          changed_at, change
   FROM staging.customer_changes;
