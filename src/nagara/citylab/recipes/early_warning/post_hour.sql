-- Reports by hour of the city's clock. ts: start of the hour, UTC.
-- in: post, clock   out: ts, n, n_authors
select
    make_timestamp(cast((floor((epoch_us(p.ts) + c.offset_s * 1000000) / 3600000000.0) * 3600000000.0) as bigint)
        - c.offset_s * 1000000) as ts,
    count(*) as n,
    count(distinct coalesce(p.author_hash, p.post_id)) as n_authors
from post as p
join clock as c on p.ts >= c.start_ts and p.ts < c.end_ts
where ($category is null or p.category = $category)
group by 1
