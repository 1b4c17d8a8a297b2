-- One row an indicator of the city: the newest that a done run gave.
-- in: result, run   out: indicator, value, lo, hi, n, coverage, quality, reason, ts, run_id, recipe, started
with ranked as (
    select r.indicator, r.unit_id, r.value, r.lo, r.hi, r.n, r.coverage, r.quality, r.reason, r.ts, r.run_id,
        u.recipe, u.started,
        row_number() over (
            partition by r.indicator
            order by u.started desc, r.run_id, coalesce(r.ts, cast('1800-01-01' as timestamp)) desc, r.unit_id
        ) as place
    from result as r
    join run as u on u.run_id = r.run_id
    where r.unit_kind = 'city' and r.scenario_id is null and u.status = 'done'
        and u.recipe not in ('profile', 'compare')
        and u.params not like '%"scenario"%'
)
select indicator, unit_id, value, lo, hi, n, coverage, quality, reason, ts, run_id, recipe, started
from ranked where place = 1
