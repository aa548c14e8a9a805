-- Joins what is the same at every cut: its differences are always 0.
CREATE DYNAMIC TABLE marts.orders_both
  TARGET_LAG = '2 seconds'
AS SELECT f.customer_key,
          f.orders,
          f.orders - s.orders AS orders_apart,
          f.value - s.value   AS value_apart
   FROM marts.orders_fast f
   JOIN marts.orders_slow s ON s.customer_key = f.customer_key;
