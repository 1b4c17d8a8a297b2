-- Ten parts of the people (or cells), from those who reach least to those who reach most, for the figure.
-- in: reach   out: tenth, value, lo, hi
with told as (
    select value, lo, hi,
        ntile(10) over (order by value, h3) as tenth
    from reach
    where minutes = $minutes and what = case
        when (select count(*) from reach where what = 'people') > 0 then 'people'
        when (select count(*) from reach where what = 'places') > 0 then 'places' else 'stops' end
)
select tenth, cast(sum(cast(value as decimal(38, 6))) as double) / count(*) as value,
    cast(sum(cast(lo as decimal(38, 6))) as double) / count(*) as lo,
    cast(sum(cast(hi as decimal(38, 6))) as double) / count(*) as hi
from told group by tenth order by tenth
