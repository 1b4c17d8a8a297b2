-- in: day, total, ride, run, period, frequency, trip, ends   out: findings about the inputs
select 'note' as severity, 'service-day' as rule,
    case when asked then 'the day asked for is ' else 'no day was asked for: the weekday with the most trips is ' end
        || cast(day as varchar) as message,
    trips as "count", 'Give --param day=2025-01-31 for another.' as mend
from day
union all
select 'warn', 'no-service', 'no trip runs on the day asked for', cast(1 as bigint),
    'Ask for a day inside the calendar.'
from day where trips = 0
union all
select 'warn', 'frequency-not-expanded', 'periods with a headway have no stop times behind them and are not counted',
    count(*), 'Add the stop times of the pattern to the feed.'
from frequency as f
left join ride as r on r.feed_id = f.feed_id and r.trip_id = f.trip_id
where r.trip_id is null having count(*) > 0
union all
select 'warn', 'said-twice', 'periods with a headway repeat trips that are written out; one of them counts',
    count(*), 'Give --param said_twice=both where the feed means both.'
from period where said having count(*) > 0
union all
select 'warn', 'falls-past-midnight', 'runs end before they start: times past midnight are written as if before it',
    falling, 'Give --param past_midnight=next_day to carry them over.'
from total where scope = 'city' and falling > 0
union all
select 'warn', 'not-plausible', 'the mean speed of all runs is not plausible: do not use hours and speeds',
    n, 'See the clinic of the import: times may be placeholders or fall back past midnight.'
from total where scope = 'city' and measured > 0 and (seconds <= 0 or 3.6 * metres / seconds > 150)
union all
select 'warn', 'trips-without-times', 'trips have no usable times and are not counted', count(*),
    'Add times at both ends of each trip.'
from trip as t
left join ride as r on r.feed_id = t.feed_id and r.trip_id = t.trip_id
where r.trip_id is null having count(*) > 0
union all
select 'warn', 'feed-idle', 'feeds with a timetable run nothing on this day: they are not in the numbers', count(*),
    'Ask for a day on which all feeds run, or import a current feed.'
from (select distinct feed_id from ride) as f
left join (select distinct feed_id from run) as r on r.feed_id = f.feed_id
where r.feed_id is null having count(*) > 0
