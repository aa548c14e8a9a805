CREATE STAGING TABLE staging.supplier
  KEYS (supplier_key)
AS SELECT s_suppkey   AS supplier_key,
          s_name      AS name,
          s_address   AS address,
          s_nationkey AS nation_key,
          s_phone     AS phone,
          s_acctbal   AS account_balance,
          s_comment   AS comment
   FROM raw.shop.supplier;
