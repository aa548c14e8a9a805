-- The first two digits of a phone number are a number, but not every source keeps to that.
CREATE STAGING TABLE staging.customer
  KEYS (customer_key)
AS SELECT c_custkey                          AS customer_key,
          c_name                             AS name,
          c_address                          AS address,
          c_nationkey                        AS nation_key,
          CAST(left(c_phone, 2) AS INTEGER)  AS phone_country,
          c_phone                            AS phone,
          c_acctbal                          AS account_balance,
          c_mktsegment                       AS segment,
          updated_at
   FROM raw.shop.customer;
