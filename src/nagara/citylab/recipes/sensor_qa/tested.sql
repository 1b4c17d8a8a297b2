-- The tests, for the notable values: spike, unusual, step, range, gap.
-- in: notable, usual, stream, noise, clock
-- out: k, ts, value, is_range, is_spike, is_unusual, step (size or null), gap_s (or null), usual_value
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
