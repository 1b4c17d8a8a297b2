-- The unit that most datastreams have; others are left out. in: span   out: unit
select unit from (
    select unit, row_number() over (order by count(*) desc, unit) as place from span group by unit
) as ranked
where place = 1
