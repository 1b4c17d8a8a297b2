-- in: measured, neighbour   out: findings about the inputs
select 'note' as severity, 'no-neighbour' as rule, 'zones touch no other: they are left out of Moran''s I' as message,
    count(*) as "count", 'Look whether they are islands, or raise reach_m.' as mend
from measured as m
left join (select distinct i from neighbour) as n on n.i = m.place
where m.value is not null and n.i is null having count(*) > 0
union all
select 'warn', 'no-value', 'zones have no value: they are left out', count(*), 'Import what the measure needs for them.'
from measured where value is null having count(*) > 0
