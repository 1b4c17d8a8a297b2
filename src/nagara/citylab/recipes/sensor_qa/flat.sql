-- Runs of one value that last too long: the sensor is stuck.
-- `still` values repeat the two before them, so a run of n values has n - 2 of them in adjoining places.
-- in: notable, stream, noise   out: k, start_ts, end_ts, value, n
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
