-- in: side   out: result rows
select unit_kind, unit_id, cast(null as timestamp) as ts, 'difference:' || indicator as indicator,
    difference as value, lo, hi, n, coverage,
    case when difference is null then 'not reported' else 'estimate' end as quality, reason
from side
