-- What the pass over all values needs, by datastream and local hour.
-- in: usual, noise, stream   out: datastream_id, hour, k, middle, spike_limit, step_ratio, gap_us, ...
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
