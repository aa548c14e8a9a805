-- Parameters: a factor, a part.
UPDATE public.part
SET p_retailprice = greatest(0.01, round(p_retailprice * ?, 2)), updated_at = clock_timestamp()
WHERE p_partkey = ?
