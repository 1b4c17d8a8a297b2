-- The coverage calendar: one row a datastream and local day; share of the expected values that came.
-- in: days, stream   out: datastream_id, day, n, expected, coverage
select s.datastream_id, d.day, d.n,
    greatest(1.0, 86400.0 / s.period_s) as expected,
    least(1.0, d.n / greatest(1.0, 86400.0 / s.period_s)) as coverage
from days as d
join stream as s on s.k = d.k
where s.period_s > 0
