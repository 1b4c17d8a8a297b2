-- Each value that failed at least one test, once, with QARTOD's flag (4 fail, 3 suspect).
-- in: observation, stream, tested, fault   out: datastream_id, ts, value, quality, and one flag a test
with long as (
    select datastream_id, test, start_ts, end_ts
    from fault
    where test in ('flatline', 'step', 'drift')
),
failed as (
    select s.datastream_id, w.ts, w.value, 'range' as test
    from tested as w join stream as s on s.k = w.k where w.is_range
    union all
    select s.datastream_id, w.ts, w.value, 'spike'
    from tested as w join stream as s on s.k = w.k where w.is_spike
    union all
    select s.datastream_id, w.ts, w.value, 'unusual'
    from tested as w join stream as s on s.k = w.k where w.is_unusual
    union all
    select o.datastream_id, o.ts, o.value, l.test
    from observation as o
    join long as l on l.datastream_id = o.datastream_id and o.ts >= l.start_ts and o.ts <= l.end_ts
    where o.value is not null and o.quality not in (4, 9)
)
select datastream_id, ts, value,
    cast(case when max(case when test in ('range', 'spike', 'flatline') then 1 else 0 end) = 1
        then 4 else 3 end as integer) as quality,
    max(case when test = 'range' then 1 else 0 end) as range_failed,
    max(case when test = 'spike' then 1 else 0 end) as spike_failed,
    max(case when test = 'unusual' then 1 else 0 end) as unusual_failed,
    max(case when test = 'flatline' then 1 else 0 end) as flatline_failed,
    max(case when test = 'step' then 1 else 0 end) as step_failed,
    max(case when test = 'drift' then 1 else 0 end) as drift_failed
from failed
group by 1, 2, 3
