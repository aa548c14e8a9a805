CREATE STAGING TABLE staging.part
  KEYS (part_key)
AS SELECT p_partkey     AS part_key,
          p_name        AS name,
          p_mfgr        AS manufacturer,
          p_brand       AS brand,
          p_type        AS type,
          p_size        AS size,
          p_container   AS container,
          p_retailprice AS retail_price,
          p_comment     AS comment,
          updated_at
   FROM raw.shop.part;
