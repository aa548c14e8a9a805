CREATE DYNAMIC TABLE marts.prices
AS SELECT product_id, count(*) AS prices, max(price) AS highest FROM staging.prices GROUP BY product_id;
