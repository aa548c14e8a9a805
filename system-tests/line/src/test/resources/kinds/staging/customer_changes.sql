-- Every change of a customer.
CREATE STAGING TABLE staging.customer_changes
  HISTORY
AS SELECT _position AS position, _op AS op, _committed_at AS changed_at, id AS customer_id, segment, city
   FROM raw.shop.customer;
