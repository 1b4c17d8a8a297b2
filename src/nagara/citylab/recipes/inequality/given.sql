-- The newest value by zone, of a property or of an indicator that another run computed.
-- in: zone_value, result, run   out: zone_id, value
with wanted as (
    select case when $measure like 'property:%' then substring($measure, 10) end as property,
        case when $measure like 'indicator:%' then substring($measure, 11) end as indicator
),
found as (
    select v.zone_id, v.value, 'given' as run_id, v.ts, v.source_id,
        row_number() over (
            partition by v.zone_id order by coalesce(v.ts, cast('1800-01-01' as timestamp)) desc, v.source_id
        ) as place
    from zone_value as v join wanted as w on w.property = v.property
    where v.value is not null
    union all
    select r.unit_id, r.value, r.run_id, r.ts, r.run_id,
        row_number() over (
            partition by r.unit_id
            order by coalesce(u.started, cast('1800-01-01' as timestamp)) desc, r.run_id,
                coalesce(r.ts, cast('1800-01-01' as timestamp)) desc
        )
    from result as r
    join wanted as w on w.indicator = r.indicator
    left join run as u on u.run_id = r.run_id
    where r.unit_kind = 'zone' and r.value is not null and r.scenario_id is null
)
select zone_id, value from found where place = 1
