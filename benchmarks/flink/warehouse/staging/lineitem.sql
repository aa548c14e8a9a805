CREATE STAGING TABLE staging.lineitem
  KEYS (l_orderkey, l_linenumber)
AS SELECT l_orderkey, l_linenumber, l_suppkey, l_quantity, l_extendedprice, l_discount, l_tax,
          l_returnflag, l_linestatus, l_shipdate, l_commitdate, l_receiptdate
   FROM raw.shop.lineitem;
