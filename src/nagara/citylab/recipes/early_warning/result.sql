-- in: level, threshold, alarm, surge, lag_pair, onset, report, marking, city   out: result rows
with here as (select coalesce((select min(city_id) from city), 'city') as city_id),
burst as (select min(ts) as ts from report where starts),
grew as (
    select min(m.ts) as ts from marking as m cross join burst as b where m.starts and m.ts >= b.ts
)
select 'datastream' as unit_kind, datastream_id as unit_id, highest_ts as ts, 'level_max' as indicator,
    highest as value, highest as lo, highest as hi, n, 1.0 as coverage, 'verified' as quality,
    cast(null as varchar) as reason
from level
union all
select 'datastream', datastream_id, steepest_ts, 'rise_max', steepest, steepest, steepest, n, 1.0, 'verified',
    case when steepest is null then 'no two readings within three hours' end
from level
union all
select 'datastream', datastream_id, cast(null as timestamp),
    'threshold_' || cast(severity as varchar), threshold, lo, hi, n, 1.0, 'estimate', label || ': ' || origin
from threshold where kind = 'level'
union all
select 'datastream', datastream_id, start_ts, 'alarm_' || cast(severity as varchar), hours, hours_lo, hours_hi, n,
    1.0, 'estimate', 'from ' || label || ', highest ' || cast(cast(peak as decimal(18, 3)) as varchar)
from alarm
union all
select 'datastream', l.datastream_id, l.last_ts, 'I17',
    coalesce(a.hours, 0), coalesce(a.hours_lo, 0), coalesce(a.hours_hi, 0), coalesce(a.n, 0), 1.0, 'estimate',
    'threshold: ' || t.origin
from level as l
join threshold as t on t.datastream_id = l.datastream_id and t.kind = 'level' and t.severity = 1
left join (
    select datastream_id, sum(cast(hours as decimal(18, 6))) as hours,
        sum(cast(hours_lo as decimal(18, 6))) as hours_lo, sum(cast(hours_hi as decimal(18, 6))) as hours_hi,
        count(*) as n
    from alarm where severity = 1 group by 1
) as a on a.datastream_id = l.datastream_id
union all
select 'datastream', datastream_id, min(ts), 'fast_rises', count(*), count(*), count(*), count(*), 1.0, 'estimate',
    cast(null as varchar)
from surge group by datastream_id
union all
select 'thing_pair', lead_id || ' > ' || follow_id, cast(null as timestamp), 'lag_h', lag_h, lo_h, hi_h, n,
    coverage, 'estimate', case when lo_h <= 0 then 'the order of the two is open' end
from lag_pair
union all
select 'thing_pair', lead_id || ' > ' || follow_id, cast(null as timestamp), 'lag_r', r, r_lo, r_hi, n, coverage, 'estimate',
    cast(null as varchar)
from lag_pair
union all
select 'datastream', datastream_id, onset_ts, 'event_onset', after_first_h, greatest(0.0, after_first_h - error_h),
    after_first_h, n, 1.0, 'estimate', cast(null as varchar)
from onset
union all
select 'city', h.city_id, r.ts, 'report_burst', r.n, r.n, r.n, r.n, 1.0, 'verified',
    'usual ' || cast(cast(r.usual as decimal(18, 1)) as varchar) || ' an hour, limit '
        || cast(cast(r."limit" as decimal(18, 1)) as varchar)
from report as r cross join here as h where r.starts
union all
select 'city', h.city_id, m.ts, 'marking_growth', m.n, m.n, m.n, m.n, 1.0, 'verified',
    'usual ' || cast(cast(m.usual as decimal(18, 1)) as varchar) || ' zones, limit '
        || cast(cast(m."limit" as decimal(18, 1)) as varchar)
from marking as m cross join here as h where m.starts
union all
select 'city', h.city_id, b.ts, 'report_lead_h', (epoch_us(g.ts) - epoch_us(b.ts)) / 3600000000.0,
    (epoch_us(g.ts) - epoch_us(b.ts)) / 3600000000.0 - 1, (epoch_us(g.ts) - epoch_us(b.ts)) / 3600000000.0 + 1,
    1, 1.0, 'estimate', 'one event; times are known to the hour'
from grew as g cross join burst as b cross join here as h where g.ts is not null and b.ts is not null
union all
select 'city', h.city_id, cast(null as timestamp), 'level_max', cast(null as double), cast(null as double),
    cast(null as double), 0, 0.0, 'not reported', 'no sensor readings and no reports: import observations or posts first'
from here as h
where (select count(*) from level) = 0 and (select count(*) from report) = 0
