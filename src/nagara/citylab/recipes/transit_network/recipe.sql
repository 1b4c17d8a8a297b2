-- Length of the network, alone and for the people. in: network, people, city   out: result rows
with known as (
    select n.*, p.n as people, coalesce((select min(city_id) from city), 'city') as city_id
    from network as n cross join people as p
)
select 'city' as unit_kind, city_id as unit_id, cast(null as timestamp) as ts, 'I06' as indicator,
    case when people > 0 then metres / 1000.0 / nullif(people / 100000.0, 0) end as value,
    case when people > 0 then lo / 1000.0 / nullif(people / 100000.0, 0) end as lo,
    case when people > 0 then hi / 1000.0 / nullif(people / 100000.0, 0) end as hi,
    n, 1.0 as coverage, 'estimate' as quality,
    case when people > 0 then 'low and high: twice and half the corridor in which lines count once'
        else 'no population: import one to set the length against' end as reason
from known
union all
select 'city', city_id, cast(null as timestamp), 'transit_network_km', metres / 1000.0, lo / 1000.0, hi / 1000.0, n,
    1.0, 'estimate', 'low and high: twice and half the corridor in which lines count once'
from known
union all
select 'city', city_id, cast(null as timestamp), 'transit_lines_km', metres_all / 1000.0, metres_all / 1000.0,
    metres_all / 1000.0, n, 1.0, 'verified', cast(null as varchar)
from known
