-- Each station: place, mean of its hours, share of the hours that came. Daily values count as whole days.
-- in: span, daily, thing, period   out: thing_id, lon, lat, mean, hours, coverage, why
with total as (
    select thing_id, cast(sum(cast(total as decimal(38, 6))) as double) as total,
        cast(sum(hours) as bigint) as hours,
        case when quantile_cont(hours, 0.75) <= 1.5 then 1.0 else 24.0 end as a_day
    from daily group by 1
),
place as (
    select thing_id, min(lon) as lon, min(lat) as lat from thing where lon is not null and lat is not null group by 1
),
known as (select distinct thing_id from span)
select k.thing_id, p.lon, p.lat, t.total / nullif(t.hours, 0) as mean, coalesce(t.hours, 0) as hours,
    coalesce(least(1.0, t.hours / nullif(t.a_day * d.days, 0)), 0.0) as coverage,
    case
        when t.hours is null then 'no value that can be believed in the period'
        when p.lon is null then 'its place is not known'
        when t.hours < $least_share * t.a_day * d.days then 'too few hours of the period came'
    end as why
from known as k
left join total as t on t.thing_id = k.thing_id
left join place as p on p.thing_id = k.thing_id
cross join period as d
