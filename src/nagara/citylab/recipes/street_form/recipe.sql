-- Every number with its range, count, coverage and the reason that limits it.
-- in: measured   out: result rows
with judged as (
    select *,
        case when unit_kind = 'city' and (select count(*) from measured where unit_kind = 'zone') = 0
            then 'no zones: the area is what the map covers' end as about_area,
        case when coverage < $least_coverage or km2 <= 0 then true else false end as too_little,
        case when coverage >= 0.9 then 'verified' else 'estimate' end as quality
    from measured
),
long as (
    select unit_kind, unit_id, 'I09' as indicator,
        case when not too_little then length_m / 1000.0 / nullif(km2, 0) end as value,
        case when not too_little then length_m / 1000.0 / nullif(km2, 0) end as lo,
        case when not too_little then length_m / 1000.0 / nullif(km2, 0) end as hi,
        streets as n, coverage, quality, too_little, about_area as why
    from judged
    union all
    select unit_kind, unit_id, 'I09_junctions',
        case when not too_little then crossings / nullif(km2, 0) end,
        case when not too_little then least(loose_crossings, crossings) / nullif(km2, 0) end,
        case when not too_little then greatest(tight_crossings, crossings) / nullif(km2, 0) end,
        junctions, coverage, quality, too_little,
        'low and high: merged a quarter wider and narrower'
            || case when about_area is null then '' else '; ' || about_area end
    from judged
    union all
    select unit_kind, unit_id, 'street_length', length_m / 1000.0, length_m / 1000.0, length_m / 1000.0,
        streets, coverage, quality, false, cast(null as varchar)
    from judged
    union all
    select unit_kind, unit_id, 'street_mean_length',
        case when streets > 0 then street_m / streets end,
        case when streets > 0 then street_m / streets end,
        case when streets > 0 then street_m / streets end,
        streets, coverage, quality, false,
        case when streets = 0 then 'no street has its middle here' end
    from judged
    union all
    select unit_kind, unit_id, 'street_circuity',
        case when straight_m > 0 then street_m / straight_m end,
        case when straight_m > 0 then street_m / straight_m end,
        case when straight_m > 0 then street_m / straight_m end,
        streets, coverage, quality, false,
        case when straight_m <= 0 then 'no street with two ends has its middle here' end
    from judged
    union all
    select unit_kind, unit_id, 'street_dead_ends',
        case when junctions + dead_ends > 0 then 100.0 * dead_ends / nullif(junctions + dead_ends, 0) end,
        case when junctions + dead_ends > 0 then 100.0 * dead_ends / nullif(junctions + dead_ends, 0) end,
        case when junctions + dead_ends > 0 then 100.0 * dead_ends / nullif(junctions + dead_ends, 0) end,
        junctions + dead_ends, coverage, quality, false,
        case when junctions + dead_ends = 0 then 'no junction and no dead end here' end
    from judged
)
select unit_kind, unit_id, cast(null as timestamp) as ts, indicator, value, lo, hi, n, coverage,
    case when value is null then 'not reported' else quality end as quality,
    case when too_little then 'the street data cover too little of it' else why end as reason
from long
