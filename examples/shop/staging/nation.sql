CREATE STAGING TABLE staging.nation
  KEYS (nation_key)
AS SELECT n_nationkey AS nation_key,
          n_name      AS name,
          n_regionkey AS region_key,
          n_comment   AS comment
   FROM raw.shop.nation;
