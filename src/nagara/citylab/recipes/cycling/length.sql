-- Kilometres of bicycle tracks and lanes, and of main roads.
-- in: street_edge   out: class, cycle_km, centre_km, main_km, n
select coalesce(class, 'unknown') as class,
    cast(sum(cast(metres * coalesce(cycle_sides, 0) as decimal(18, 6))) as double) / 1000.0 as cycle_km,
    cast(sum(case when coalesce(cycle_sides, 0) > 0 then cast(metres as decimal(18, 6)) else 0 end) as double)
        / 1000.0 as centre_km,
    cast(sum(case
        when class in ('motorway', 'motorway_link', 'trunk', 'trunk_link', 'primary', 'primary_link',
            'secondary', 'secondary_link', 'tertiary', 'tertiary_link')
            then cast(metres as decimal(18, 6)) else 0 end) as double) / 1000.0 as main_km,
    count(*) as n
from street_edge
group by 1
order by 1
