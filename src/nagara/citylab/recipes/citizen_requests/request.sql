-- Requests with their wait.
-- in: post, handled   out: post_id, author, zone_id, category, ts, hours, known
select p.post_id, coalesce(p.author_hash, p.post_id) as author, p.zone_id, p.category, p.ts, h.hours,
    coalesce(h.known, 0) as known
from post as p
left join handled as h on h.post_id = p.post_id
where p.category is not null and ($source is null or p.source_id = $source)
