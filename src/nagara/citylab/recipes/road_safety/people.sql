-- People by unit: the newest count; groups added up where no total is given.
-- in: population   out: unit_kind, unit_id, n, lo, hi
with ranked as (
    select unit_kind, unit_id, group_id, n, coalesce(n_lo, n) as n_lo, coalesce(n_hi, n) as n_hi,
        row_number() over (
            partition by unit_kind, unit_id, group_id
            order by coalesce(date, cast('1800-01-01' as date)) desc, source_id
        ) as place
    from population where n is not null
)
select unit_kind, unit_id,
    cast(coalesce(sum(case when group_id = 'total' then cast(n as decimal(18, 6)) end),
        sum(cast(n as decimal(18, 6)))) as double) as n,
    cast(coalesce(sum(case when group_id = 'total' then cast(n_lo as decimal(18, 6)) end),
        sum(cast(n_lo as decimal(18, 6)))) as double) as lo,
    cast(coalesce(sum(case when group_id = 'total' then cast(n_hi as decimal(18, 6)) end),
        sum(cast(n_hi as decimal(18, 6)))) as double) as hi
from ranked where place = 1
group by 1, 2
