-- One row a datastream: what is told of it, its usual period, its span and that of its network.
-- in: span, series   out: k, datastream_id, thing_id, property, unit, n, ..., period_s, network_first_ts, ...
select
    a.k, a.datastream_id, a.thing_id, a.property, a.unit, a.valid_min, a.valid_max,
    s.n, s.n_missing, s.n_failed, s.n_days, s.first_ts, s.last_ts, s.period_s,
    -- the network's span: from the middle of all starts to the middle of all ends, so that one stray row
    -- from another year does not stretch it
    least(s.first_ts, make_timestamp(cast(floor(
        median(epoch_us(s.first_ts)) over (partition by a.property)) as bigint))) as network_first_ts,
    greatest(s.last_ts, make_timestamp(cast(floor(
        median(epoch_us(s.last_ts)) over (partition by a.property)) as bigint))) as network_last_ts
from span as a
join series as s on s.k = a.k
