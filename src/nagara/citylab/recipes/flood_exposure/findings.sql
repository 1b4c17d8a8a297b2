-- in: flooded, people, bare, located, spot   out: findings about the inputs
select 'warn' as severity, 'unknown-flag' as rule,
    'zones have no usable flag: they widen the high end' as message, count(*) as "count",
    'Mend the flag in the source.' as mend
from flooded where state = 'unknown' having count(*) > 0
union all
select 'warn', 'no-population', 'zones have no population: ' || max(names),
    max(n), 'Confirm the matches of names, or import population for them.'
from bare where n > 0 having count(*) > 0
union all
select 'note', 'outside', 'places or stops lie in no zone: they are not counted',
    (select count(*) from spot) - count(*), 'Look whether the map of zones is complete.'
from located having (select count(*) from spot) > count(*)
