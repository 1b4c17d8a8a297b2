-- in: openness, city   out: result rows
with here as (
    select coalesce((select min(city_id) from city), 'city') as city_id
),
judged as (
    select licensed, dated,
        case when dated = 1 and age_days <= $months * 30.44 then 1 else 0 end as current
    from openness
),
total as (
    select count(*) as here_n, greatest(count(*), coalesce($inventory, 0)) as n,
        count(case when licensed = 1 and current = 1 then 1 end) as every,
        count(case when licensed = 1 and (current = 1 or dated = 0) then 1 end) as every_hi,
        count(case when licensed = 1 then 1 end) as licensed,
        count(case when current = 1 then 1 end) as current,
        count(case when current = 1 or dated = 0 then 1 end) as current_hi,
        count(case when dated = 0 then 1 end) as undated
    from judged
),
numbers as (
    select 'I26' as indicator, every as v, every_hi as h, n, here_n, undated from total
    union all
    select 'open_licence', licensed, licensed, n, here_n, 0 from total
    union all
    select 'up_to_date', current, current_hi, n, here_n, undated from total
)
select 'city' as unit_kind, p.city_id as unit_id, cast(null as timestamp) as ts, x.indicator,
    100.0 * x.v / nullif(x.n, 0) as value, 100.0 * x.v / nullif(x.n, 0) as lo, 100.0 * x.h / nullif(x.n, 0) as hi,
    x.n, 1.0 * x.here_n / nullif(x.n, 0) as coverage, 'estimate' as quality,
    case when x.undated > 0 then cast(x.undated as varchar) || ' data sets do not say until when they speak: they count in the high end only'
    end as reason
from numbers as x cross join here as p
