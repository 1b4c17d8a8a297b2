-- in: counts, stream, fault   out: result rows
with share as (
    select *, least(1.0, received / nullif(own_expected, 0)) as own_share,
        least(1.0, received / nullif(expected, 0)) as net_share
    from counts
),
listed as (
    select datastream_id, test, start_ts, end_ts, size, n,
        row_number() over (partition by k, test order by abs(size) desc, start_ts) as place
    from fault
)
select 'datastream' as unit_kind, datastream_id as unit_id, last_ts as ts, 'I16' as indicator,
    100 * net_share as value, 100 * net_share as lo, 100 * own_share as hi, n,
    net_share as coverage, 'verified' as quality,
    case
        when period_s is null then 'one value only: its period is not known'
        when own_share - net_share > 0.05
            then 'it starts later or ends earlier than others of its property; the high end counts its own span only'
    end as reason
from share
union all
select 'datastream', datastream_id, last_ts, 'good_share',
    100.0 * (n - n_flagged) / n, 100.0 * (n - n_flagged) / n, 100.0 * (n - n_fail) / n, n,
    net_share, 'estimate', cast(null as varchar)
from share where n > 0
union all
select 'datastream', q.datastream_id, q.last_ts, q.indicator, q.value, q.value, q.value, q.n, q.net_share,
    'estimate', q.reason
from (
    select c.datastream_id, c.last_ts, t.indicator,
    case t.indicator
        when 'qa_range' then c.n_range when 'qa_spike' then c.n_spike when 'qa_unusual' then c.n_unusual
        when 'qa_flatline' then c.n_flatline when 'qa_step' then c.n_step when 'qa_drift' then c.n_drift
        when 'qa_gap' then c.n_gaps when 'qa_missing' then c.n_missing else c.n_failed
    end as value,
    c.n, c.net_share,
    case when t.indicator = 'qa_range' and c.valid_min is null and c.valid_max is null
        then 'no plausible range is given for this datastream: not tested' end as reason
    from share as c
cross join (
    select 'qa_range' as indicator union all select 'qa_spike' union all select 'qa_unusual'
    union all select 'qa_flatline' union all select 'qa_step' union all select 'qa_drift'
    union all select 'qa_gap' union all select 'qa_missing' union all select 'qa_failed_before'
    ) as t
) as q
union all
select 'datastream', datastream_id, start_ts, 'fault_' || test,
    case when test in ('gap', 'flatline') then size / 3600.0 else size end,
    case when test in ('gap', 'flatline') then size / 3600.0 else size end,
    case when test in ('gap', 'flatline') then size / 3600.0 else size end, n, 1.0, 'estimate',
    case when end_ts > start_ts then 'until ' || cast(end_ts as varchar) || ' UTC' end
from listed where place <= $listed
union all
select 'city', coalesce((select min(city_id) from city), 'city'), last_ts, 'I16',
    100.0 * received / nullif(due, 0), lo, hi, n, least(1.0, 1.0 * received / nullif(due, 0)), 'verified',
    'low and high: the worst and the best datastream'
from (
    select max(network_last_ts) as last_ts, min(100 * net_share) as lo, max(100 * net_share) as hi,
        cast(sum(cast(received as bigint)) as bigint) as received,
        cast(sum(cast(ceil(expected) as bigint)) as bigint) as due,
        cast(sum(cast(n as bigint)) as bigint) as n
    from share where period_s is not null
) as network where due > 0
