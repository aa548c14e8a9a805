CREATE DYNAMIC TABLE marts.points
AS SELECT customer_id, points FROM staging.customers;
