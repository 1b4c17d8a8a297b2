-- By city and zone, all and by category ('' is all).
-- in: request, city   out: unit_kind, unit_id, category, n, authors, known, closed, in_target, median_h, low_h, high_h
with here as (
    select coalesce((select min(city_id) from city), 'city') as city_id
),
each_unit as (
    select 'city' as unit_kind, h.city_id as unit_id, '' as category, r.author, r.hours, r.known
    from request as r cross join here as h
    union all
    select 'city', h.city_id, r.category, r.author, r.hours, r.known from request as r cross join here as h
    union all
    select 'zone', r.zone_id, '', r.author, r.hours, r.known from request as r where r.zone_id is not null
)
select unit_kind, unit_id, category, count(*) as n, count(distinct author) as authors,
    cast(sum(cast(known as bigint)) as bigint) as known, count(hours) as closed,
    count(case when hours <= $target then 1 end) as in_target,
    median(hours) as median_h, quantile_cont(hours, 0.25) as low_h, quantile_cont(hours, 0.75) as high_h
from each_unit
group by unit_kind, unit_id, category
