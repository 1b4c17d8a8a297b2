-- Means over the people who live there (over cells where nobody counted people), by city and zone.
-- in: reach, zone_part, city, day   out: unit_kind, unit_id, what, minutes, value, lo, hi, whole, cells, asked, located
with weighted as (
    select r.*, case when p.people > 0 then r.people else 1.0 end as weight
    from reach as r
    cross join (select coalesce(max(people), 0) as people from reach) as p
    where r.what <> 'travel' and coalesce($origin, '') = ''
),
unit as (
    select 'city' as unit_kind, coalesce((select min(city_id) from city), 'city') as unit_id, w.*, 1.0 as part
    from weighted as w
    union all
    select 'zone', z.zone_id, w.*, z.part
    from weighted as w
    join zone_part as z on z.h3 = w.h3
)
select unit_kind, unit_id, what, minutes,
    cast(sum(cast(value * weight * part as decimal(38, 6))) as double)
        / nullif(cast(sum(cast(weight * part as decimal(38, 6))) as double), 0) as value,
    cast(sum(cast(lo * weight * part as decimal(38, 6))) as double)
        / nullif(cast(sum(cast(weight * part as decimal(38, 6))) as double), 0) as lo,
    cast(sum(cast(hi * weight * part as decimal(38, 6))) as double)
        / nullif(cast(sum(cast(weight * part as decimal(38, 6))) as double), 0) as hi,
    max(whole) as whole, max(cells) as cells, count(*) as asked, max(located) as located,
    max(streets) as streets, max(people) as most_people
from unit
group by 1, 2, 3, 4
