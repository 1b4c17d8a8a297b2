-- The one pass over all values: those that fail a test against their neighbours in time, and gaps.
-- r is the value less the usual value of its local hour, in spike limits: the rhythm of the day is no jump,
-- and one number fits all datastreams.
-- in: observation, clock, scale   out: k, ts, place (in the datastream), value, r and its six neighbours, ...
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
