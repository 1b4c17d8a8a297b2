-- in: day, frequency, ride, run, reach, halt   out: findings about the inputs
select 'note' as severity, 'service-day' as rule,
    case when asked then 'the day asked for is ' else 'no day was asked for: the weekday with the most trips is ' end
        || cast(day as varchar) as message,
    trips as "count", 'Give --param day=2025-01-31 for another.' as mend
from day
union all
select 'warn', 'no-service', 'nothing runs in the hours asked for', cast(1 as bigint), 'Ask for another day or hour.'
from (select count(*) as n from halt) as h where h.n = 0
union all
select 'warn', 'frequency-not-expanded', 'periods with a headway have no stop times behind them and are not counted',
    count(*), 'Add the stop times of the pattern to the feed.'
from frequency as f
left join ride as r on r.feed_id = f.feed_id and r.trip_id = f.trip_id
where r.trip_id is null having count(*) > 0
union all
select 'warn', 'feed-idle', 'feeds with a timetable run nothing on this day: they are not in the numbers', count(*),
    'Ask for a day on which all feeds run, or import a current feed.'
from (select distinct feed_id from ride) as f
left join (select distinct feed_id from run) as r on r.feed_id = f.feed_id
where r.feed_id is null having count(*) > 0
union all
select 'warn', 'stop-without-place', 'stops that are served have no coordinates: nobody can walk to them', count(*),
    'Add their coordinates to the feed.'
from halt where lon is null having count(*) > 0
union all
select 'note', 'straight-walks', 'no streets: walks are straight lines times the detour factor', cast(1 as bigint),
    'Import a street map (kind osm).'
from reach having max(streets) = 0
union all
select 'note', 'sample', 'cells could be asked, a part of them was: see coverage', max(cells),
    'Give --param origins=20000 for all.'
from reach where what <> 'travel' having max(cells) > count(distinct h3)
