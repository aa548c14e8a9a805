CREATE STAGING TABLE staging.orders
  KEYS (order_key)
AS SELECT o_orderkey      AS order_key,
          o_custkey       AS customer_key,
          o_orderstatus   AS status,
          o_totalprice    AS total_price,
          o_orderdate     AS order_date,
          o_orderpriority AS priority,
          o_clerk         AS clerk,
          o_shippriority  AS ship_priority,
          o_comment       AS comment,
          o_ordered_at    AS ordered_at,
          updated_at
   FROM raw.shop.orders;
