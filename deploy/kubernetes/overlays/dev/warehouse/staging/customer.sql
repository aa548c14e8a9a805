CREATE STAGING TABLE staging.customer
  KEYS (customer_key)
AS SELECT c_custkey    AS customer_key,
          c_name       AS name,
          c_address    AS address,
          c_nationkey  AS nation_key,
          c_phone      AS phone,
          c_acctbal    AS account_balance,
          c_mktsegment AS segment,
          c_comment    AS comment,
          updated_at
   FROM raw.shop.customer;
