-- in: card   out: result rows
select 'city' as unit_kind, unit_id, ts, 'profile:' || indicator as indicator, value, lo, hi, n, coverage, quality,
    'from run ' || run_id || coalesce('. ' || reason, '') as reason
from card
