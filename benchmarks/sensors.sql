-- The value tests of sensor-qa as one would type them into DuckDB: usual values by local hour, the usual distance
-- between neighbours (both from a sample of two million rows), then one windowed pass over all values for spikes,
-- steps, lone values, runs of one value and gaps, and counts by day. No drifts, shifts, ranges or episodes.
-- Views observation and clock are there; statements are parted by a line of dashes.
create temp table days as
select row_number() over (order by datastream_id) as row, datastream_id, day, n, n_failed, middle,
    dense_rank() over (order by datastream_id) as k
from (
    select o.datastream_id, cast(make_timestamp(epoch_us(o.ts) + c.offset_s * 1000000) as date) as day,
        count(*) filter (o.quality not in (4, 9)) as n, count(*) filter (o.quality = 4) as n_failed,
        median(o.value) filter (o.quality not in (4, 9)) as middle
    from observation as o
    join clock as c on o.ts >= c.start_ts and o.ts < c.end_ts
    group by 1, 2
) as d
----
create temp table stream as
select k, datastream_id, sum(n) as n, '' as unit, 86400.0 / quantile_cont(n, 0.75) as period_s,
    cast(null as double) as valid_min, cast(null as double) as valid_max
from days group by 1, 2
----
create temp table sample as
select o.k, o.ts, o.value, o.part,
    cast(make_timestamp(epoch_us(o.ts) + c.offset_s * 1000000) as date) as day,
    cast(extract(hour from make_timestamp(epoch_us(o.ts) + c.offset_s * 1000000)) as integer) as hour
from (
    select s.k, o.ts, o.value, case when e.nth = 1 then 0 else
        cast(floor(epoch_us(o.ts) / greatest(1.0, 200000000.0 * coalesce(s.period_s, 3600.0))) as bigint) end as part
    from observation as o
    join stream as s on s.datastream_id = o.datastream_id
    cross join (
        select greatest(1, cast(floor(cast(sum(n) as bigint) / 2000000.0) as bigint)) as nth from stream
    ) as e
    where o.value is not null and o.quality not in (4, 9)
        and cast(floor(epoch_us(o.ts) / greatest(1.0, 200000000.0 * coalesce(s.period_s, 3600.0))) as bigint)
            % nullif(e.nth, 0) = 0
) as o
join clock as c on o.ts >= c.start_ts and o.ts < c.end_ts
----
create temp table middle as
select h.k, h.hour, h.apart + l.level as middle
from (
    select o.k, o.hour, median(o.value - d.middle) as apart
    from sample as o
    join days as d on d.k = o.k and d.day = o.day
    group by 1, 2
) as h
join (select k, median(middle) as level from days where n > 0 group by 1) as l on l.k = h.k
----
create temp table usual as
select m.k, m.hour, m.middle, a.away
from middle as m
join (
    select m.k, m.hour, median(abs(o.value - m.middle)) as away
    from sample as o
    join middle as m on m.k = o.k and m.hour = o.hour
    group by 1, 2
) as a on m.k = a.k and m.hour = a.hour
----
create temp table noise as
with r as (
    select o.k, o.ts, o.value, o.value - u.middle as r, o.part as block
    from sample as o
    join usual as u on u.k = o.k and u.hour = o.hour
    where o.part % 4 = 0  -- part is 0 where all rows are in the sample
),
w as (
    select k, block, ts, value, r,
        value - lag(value) over t as d1,
        lag(value) over t - lag(value, 2) over t as d1_before,
        r - (lag(r) over t + lead(r) over t) / 2 as d2,
        (r + lead(r) over t + lead(r, 2) over t - lag(r) over t - lag(r, 2) over t - lag(r, 3) over t) / 3 as d3
    from r
    window t as (partition by k, block order by ts, value)
),
m as (
    select k,
        count(*) as n,
        count(distinct value) as n_values,
        max(abs(value - round(value))) as fraction,
        count(case when d1 = 0 and d1_before <> 0 then 1 end) as repeats,
        count(case when d1_before <> 0 then 1 end) as changes,
        median(abs(d2)) as d2_50,
        quantile_cont(case when d2 <> 0 then abs(d2) end, 0.9) as d2_90,
        median(abs(d3)) as d3_50,
        quantile_cont(case when d3 <> 0 then abs(d3) end, 0.9) as d3_90,
        min(value) as least,
        min(case when d1 <> 0 then abs(d1) end) as resolution
    from w
    group by 1
),
turn as (
    select k, block,
        cast(sum(case when d1 = 0 then 0 else 1 end) over (partition by k, block order by ts, value
            rows between unbounded preceding and current row) as bigint) as run
    from w
),
long as (
    select k, count(*) as n_runs, quantile_cont(n, 0.98) as n_98
    from (select k, block, run, count(*) as n from turn group by 1, 2, 3) as runs
    group by 1
),
rest as (
    select w.k, count(*) as n_least
    from w join m on m.k = w.k and w.value = m.least
    group by 1
)
select m.k,
    m.n_values <= 10 and m.fraction = 0 and (s.unit = '1' or s.unit like '{%') as is_state,
    case when not (m.n_values <= 10 and m.fraction = 0 and (s.unit = '1' or s.unit like '{%'))
        then $spike_k * greatest(1.4826 * m.d2_50, m.d2_90 / 1.645, m.resolution) end as spike_limit,
    case when not (m.n_values <= 10 and m.fraction = 0 and (s.unit = '1' or s.unit like '{%'))
        then $step_k * greatest(1.4826 * m.d3_50, m.d3_90 / 1.645, m.resolution) end as step_limit,
    greatest(
        case
            when m.changes = 0 or m.repeats = 0 then 2
            else ceil(ln(1000.0 * m.n) / nullif(ln((m.changes + 1.0) / (m.repeats + 0.5)), 0))
        end,
        case when long.n_runs >= 50 then 1.5 * long.n_98 else 0 end
    ) as runs_over,
    case when rest.n_least > 0.2 * m.n and m.changes > 0 then m.least end as rest_value
from m
join rest on rest.k = m.k
join long on long.k = m.k
join stream as s on s.k = m.k
----
create temp table scale as
select s.datastream_id, u.hour, u.k, u.middle,
    z.spike_limit,
    z.step_limit / nullif(z.spike_limit, 0) as step_ratio,
    $gap_periods * s.period_s * 1000000.0 as gap_us,
    case when z.is_state then 0 else 1 end as may_stick,
    z.rest_value, s.valid_min, s.valid_max
from usual as u
join noise as z on z.k = u.k
join stream as s on s.k = u.k
where z.spike_limit is null or z.spike_limit > 0
----
create temp table notable as
select k, ts, place, value, r, p1, p2, p3, n1, n2, n3, is_range, step_ratio,
    (epoch_us(ts) - epoch_us(p_ts)) / 1000000.0 as since_s,
    (epoch_us(n_ts) - epoch_us(ts)) / 1000000.0 as until_s,
    pp_ts,
    case when epoch_us(ts) - epoch_us(p_ts) > gap_us then 1 else 0 end as is_gap,
    case when may_stick = 1 and value = p_value and value = pp_value then 1 else 0 end as is_still,
    case
        when abs(r - p1) > 0.5 or abs(n1 - r) > 0.5 or abs(r + n1 + n2 - p1 - p2 - p3) > 3 * step_ratio
            or (abs(r - p2) > 0.5 and abs(n2 - r) > 0.5)
        then 1 else 0
    end as is_rough
from (
    select k, ts, value, may_stick, r, is_range, step_ratio, gap_us,
        row_number() over t as place,
        lag(ts) over t as p_ts, lag(ts, 2) over t as pp_ts, lead(ts) over t as n_ts,
        lag(value) over t as p_value, lag(value, 2) over t as pp_value,
        lag(r) over t as p1, lag(r, 2) over t as p2, lag(r, 3) over t as p3,
        lead(r) over t as n1, lead(r, 2) over t as n2, lead(r, 3) over t as n3
    from (
        -- narrow types: ten million of these rows are sorted within a gigabyte
        select s.k, o.ts, o.value,
            (o.value - s.middle) / nullif(s.spike_limit, 0) as r,
            cast(case when s.may_stick = 1 and (s.rest_value is null or o.value <> s.rest_value)
                then 1 else 0 end as tinyint) as may_stick,
            cast(case when o.value < s.valid_min or o.value > s.valid_max then 1 else 0 end as tinyint) as is_range,
            s.step_ratio, s.gap_us
        from observation as o
        join clock as c on o.ts >= c.start_ts and o.ts < c.end_ts
        join scale as s on s.datastream_id = o.datastream_id
            and s.hour = cast(extract(hour from make_timestamp(epoch_us(o.ts) + c.offset_s * 1000000)) as integer)
        where o.value is not null and o.quality not in (4, 9)
    ) as r
    window t as (partition by k order by ts, value)
) as w
where abs(r - p1) > 0.5 or abs(n1 - r) > 0.5 or abs(r + n1 + n2 - p1 - p2 - p3) > 3 * step_ratio
    or (abs(r - p2) > 0.5 and abs(n2 - r) > 0.5)
    or epoch_us(ts) - epoch_us(p_ts) > gap_us
    or is_range = 1
    or (may_stick = 1 and value = p_value and value = pp_value)
----
create temp table tested as
with x as (
    select w.*, s.period_s, z.spike_limit, u.middle, u.away,
        abs(w.r * z.spike_limit) as far,
        (w.r + w.n1 + w.n2 - w.p1 - w.p2 - w.p3) / 3 as d3,
        case when abs(w.p1 - w.r) < 0.5 then 1 else 0 end + case when abs(w.p2 - w.r) < 0.5 then 1 else 0 end
            + case when abs(w.p3 - w.r) < 0.5 then 1 else 0 end + case when abs(w.n1 - w.r) < 0.5 then 1 else 0 end
            + case when abs(w.n2 - w.r) < 0.5 then 1 else 0 end + case when abs(w.n3 - w.r) < 0.5 then 1 else 0 end
            as support,
        -- how far outside its flanks, for a spike of one, two and three values; the flanks themselves move less
        -- than half of that, so that the crest of a flood is no spike
        case when (r - p1) * (r - n1) > 0
                and abs(p1 - n1) < abs(r - (p1 + n1) / 2) / 2
                and coalesce(abs(p1 - p2), 0) < abs(r - (p1 + n1) / 2) / 2
                and coalesce(abs(n2 - n1), 0) < abs(r - (p1 + n1) / 2) / 2
                then abs(r - (p1 + n1) / 2) else 0 end as out_1,
        greatest(
            case when (r - p1) * (r - n2) > 0
                and abs(p1 - n2) < abs(r - (p1 + n2) / 2) / 2
                and coalesce(abs(p1 - p2), 0) < abs(r - (p1 + n2) / 2) / 2
                and coalesce(abs(n3 - n2), 0) < abs(r - (p1 + n2) / 2) / 2
                then abs(r - (p1 + n2) / 2) else 0 end,
            case when (r - p2) * (r - n1) > 0
                and abs(p2 - n1) < abs(r - (p2 + n1) / 2) / 2
                and coalesce(abs(p2 - p3), 0) < abs(r - (p2 + n1) / 2) / 2
                and coalesce(abs(n2 - n1), 0) < abs(r - (p2 + n1) / 2) / 2
                then abs(r - (p2 + n1) / 2) else 0 end) as out_2,
        greatest(
            case when (r - p1) * (r - n3) > 0
                and abs(p1 - n3) < abs(r - (p1 + n3) / 2) / 2
                and coalesce(abs(p1 - p2), 0) < abs(r - (p1 + n3) / 2) / 2
                then abs(r - (p1 + n3) / 2) else 0 end,
            case when (r - p2) * (r - n2) > 0
                and abs(p2 - n2) < abs(r - (p2 + n2) / 2) / 2
                and coalesce(abs(p2 - p3), 0) < abs(r - (p2 + n2) / 2) / 2
                and coalesce(abs(n3 - n2), 0) < abs(r - (p2 + n2) / 2) / 2
                then abs(r - (p2 + n2) / 2) else 0 end,
            case when (r - p3) * (r - n1) > 0
                and abs(p3 - n1) < abs(r - (p3 + n1) / 2) / 2
                and coalesce(abs(n2 - n1), 0) < abs(r - (p3 + n1) / 2) / 2
                then abs(r - (p3 + n1) / 2) else 0 end) as out_3
    from notable as w
    join stream as s on s.k = w.k
    join noise as z on z.k = w.k
    join clock as c on w.ts >= c.start_ts and w.ts < c.end_ts
    join usual as u on u.k = w.k
        and u.hour = cast(extract(hour from make_timestamp(epoch_us(w.ts) + c.offset_s * 1000000)) as integer)
    where w.is_rough = 1 or w.is_range = 1 or w.is_gap = 1
)
select k, ts, value, is_range = 1 as is_range,
    coalesce(since_s <= 5 * period_s and until_s <= 5 * period_s and support <= 2
        and (out_1 > 1 or out_2 > 1.25 or out_3 > 1.5
            or (out_1 > 0.7 and away > 0 and far > $spike_k * 0.9 * 1.4826 * away)), false) as is_spike,
    coalesce(support <= 1 and coalesce(away, 0) > 0 and far > $unusual_k * 1.4826 * away
        and (p1 is null or since_s > 5 * period_s or abs(r - p1) > 1)
        and (n1 is null or until_s > 5 * period_s or abs(n1 - r) > 1)
        and (p1 is null or n1 is null or (r - p1) * (r - n1) > 0), false) as is_unusual,
    case
        when since_s <= 5 * period_s and until_s <= 5 * period_s
            and abs(d3) > step_ratio and abs(r - p1) > 0.5 * abs(d3) and (r - p1) * d3 > 0
            and abs(n1 - r) < 0.5 * abs(d3) and abs(p1 - p2) < 0.5 * abs(d3)
            and abs(n2 - n1) < 0.5 * abs(d3) and abs(p2 - p3) < 0.5 * abs(d3)
        then d3 * spike_limit
    end as step,
    case when is_gap = 1 then since_s end as gap_s,
    middle as usual_value
from x
----
create temp table flat as
select run.k, run.start_ts, run.end_ts, run.value, run.n
from (
    select k, min(pp_ts) as start_ts, max(ts) as end_ts, min(value) as value, count(*) + 2 as n
    from (
        select k, ts, pp_ts, value, place - row_number() over (partition by k order by place) as island
        from notable
        where is_still = 1
    ) as s
    group by k, island
) as run
join noise as z on z.k = run.k
where run.n >= greatest($flat_values, z.runs_over)
    and epoch_us(run.end_ts) - epoch_us(run.start_ts) >= $flat_hours * 3600000000.0
