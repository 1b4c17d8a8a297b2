-- What the people of each zone breathe. in: field, zone_part   out: zone_id, value, lo, hi, people, covered, n
select z.zone_id,
    cast(sum(cast(f.value * f.people * z.part as decimal(38, 6))) as double) / nullif(cast(sum(
        cast(case when f.value is not null then f.people * z.part else 0.0 end as decimal(38, 6))) as double), 0) as value,
    cast(sum(cast(f.lo * f.people * z.part as decimal(38, 6))) as double) / nullif(cast(sum(
        cast(case when f.value is not null then f.people * z.part else 0.0 end as decimal(38, 6))) as double), 0) as lo,
    cast(sum(cast(f.hi * f.people * z.part as decimal(38, 6))) as double) / nullif(cast(sum(
        cast(case when f.value is not null then f.people * z.part else 0.0 end as decimal(38, 6))) as double), 0) as hi,
    cast(sum(cast(case when f.value is not null then f.people * z.part else 0.0 end as decimal(38, 6))) as double)
        / nullif(cast(sum(cast(f.people * z.part as decimal(38, 6))) as double), 0) as covered,
    count(*) as n
from field as f
join zone_part as z on z.h3 = f.h3
where f.kind = 'cell'
group by z.zone_id
