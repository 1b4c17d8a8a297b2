-- Parts of about two million rows of whole datastreams, so that memory stays flat.
-- in: span   out: part, low_id, high_id
select part, min(datastream_id) as low_id, max(datastream_id) as high_id from span group by 1
