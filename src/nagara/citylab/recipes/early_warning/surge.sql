-- Readings that rose faster than the rate threshold.
-- in: reading, threshold   out: datastream_id, ts, value, rise (unit an hour), threshold
select r.datastream_id, r.ts, r.value, t.threshold,
    (r.value - r.p_value) / greatest(0.25, (epoch_us(r.ts) - epoch_us(r.p_ts)) / 3600000000.0) as rise
from reading as r
join threshold as t on t.datastream_id = r.datastream_id and t.kind = 'rate'
where epoch_us(r.ts) - epoch_us(r.p_ts) <= 10800000000
    and (r.value - r.p_value) / greatest(0.25, (epoch_us(r.ts) - epoch_us(r.p_ts)) / 3600000000.0) >= t.threshold
