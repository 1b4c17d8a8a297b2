-- in: share, day, city   out: result rows
with here as (
    select coalesce((select min(city_id) from city), 'city') as city_id,
        case when (select count(*) from day) > 0 then 1 else 0 end as timed
),
total as (
    select count(*) as n,
        cast(sum(cast(people as decimal(18, 6))) as double) as people,
        cast(sum(cast(people * near as decimal(18, 6))) as double) as near,
        cast(sum(case when near >= 0.999 then cast(people_lo as decimal(18, 6)) else 0 end) as double) as near_lo,
        cast(sum(case when near > 0 then cast(people_hi as decimal(18, 6)) else 0 end) as double) as near_hi,
        cast(sum(cast(people * often as decimal(18, 6))) as double) as often,
        cast(sum(case when often >= 0.999 then cast(people_lo as decimal(18, 6)) else 0 end) as double) as often_lo,
        cast(sum(case when often > 0 then cast(people_hi as decimal(18, 6)) else 0 end) as double) as often_hi
    from share
)
select 'city' as unit_kind, h.city_id as unit_id, cast(null as timestamp) as ts, 'I01' as indicator,
    100 * t.near / nullif(t.people, 0) as value,
    least(100 * t.near_lo / nullif(t.people, 0), 100 * t.near / nullif(t.people, 0)) as lo,
    least(100.0, greatest(100 * t.near_hi / nullif(t.people, 0), 100 * t.near / nullif(t.people, 0))) as hi,
    t.n, 1.0 as coverage, 'estimate' as quality,
    'people spread evenly over their unit; low and high: only units wholly within reach, every unit touched' as reason
from total as t cross join here as h where t.people > 0
union all
select 'city', h.city_id, cast(null as timestamp), 'I03',
    case when h.timed = 1 then 100 * t.often / nullif(t.people, 0) end,
    case when h.timed = 1 then least(100 * t.often_lo / nullif(t.people, 0), 100 * t.often / nullif(t.people, 0)) end,
    case when h.timed = 1 then
        least(100.0, greatest(100 * t.often_hi / nullif(t.people, 0), 100 * t.often / nullif(t.people, 0))) end,
    t.n, 1.0 * h.timed, case when h.timed = 1 then 'estimate' else 'not reported' end,
    case when h.timed = 1 then 'mean of the hours asked for, on the weekday with most trips'
        else 'no timetable with days of service' end
from total as t cross join here as h where t.people > 0
union all
select s.unit_kind, s.unit_id, cast(null as timestamp), 'I01', 100 * s.near,
    case when s.near >= 0.999 then 100.0 else 0.0 end, case when s.near > 0 then 100.0 else 0.0 end,
    cast(floor(s.people) as bigint), 1.0, 'estimate', cast(null as varchar)
from share as s
union all
select s.unit_kind, s.unit_id, cast(null as timestamp), 'I03', 100 * s.often,
    case when s.often >= 0.999 then 100.0 else 0.0 end, case when s.often > 0 then 100.0 else 0.0 end,
    cast(floor(s.people) as bigint), 1.0, 'estimate', cast(null as varchar)
from share as s cross join here as h where h.timed = 1
