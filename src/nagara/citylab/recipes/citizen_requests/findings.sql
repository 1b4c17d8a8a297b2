-- in: counted   out: findings
select 'note' as severity, 'few-authors' as rule,
    'zones or topics with fewer people behind them than the least are not shown' as message, count(*) as "count",
    'Set least_authors lower only where nobody can be recognised.' as mend
from counted where authors < $least_authors having count(*) > 0
union all
select 'note', 'no-closing-time', 'no request says when it was closed: there is no wait', count(*),
    'Keep the column with the time of closing at import.'
from counted where unit_kind = 'city' and category = '' and known = 0 having count(*) > 0
