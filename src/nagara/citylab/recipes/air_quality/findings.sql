-- in: year   out: findings
select 'warn' as severity, 'year-not-whole' as rule,
    'station-years have too few hours to give an annual mean' as message, count(*) as "count",
    'See the coverage of each.' as mend
from year where coverage < $least_share having count(*) > 0
union all
select 'warn', 'unit', 'datastreams are not in ug/m3: an index is no concentration', count(distinct datastream_id),
    'Give the unit in the mapping file, or take another property.'
from year where unit is null or unit <> 'ug/m3' having count(*) > 0
