CREATE STAGING TABLE staging.region
  KEYS (region_key)
AS SELECT r_regionkey AS region_key,
          r_name      AS name,
          r_comment   AS comment
   FROM raw.shop.region;
