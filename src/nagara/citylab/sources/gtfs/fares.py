"""fare_attributes.txt and fare_rules.txt: prices."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from nagara.citylab.sources.gtfs.fields import NONE, Reader, codes_in, first_of_each
from nagara.citylab.sources.gtfs.files import Feed

FARES = ("fare_id", "price", "currency_type")
RULES = ("fare_id", "route_id", "origin_id", "destination_id")


def read_fares(feed: Feed) -> pa.Table:
    """Canonical columns of `fare`: one row a rule; a fare without rules holds everywhere."""
    reader = Reader(feed.clinic, feed.label("fare_attributes"), feed.sheet("fare_attributes", FARES, FARES))
    ids = reader.ids("fare_id")
    currency = reader.cells("currency_type")
    keep, _ = first_of_each(reader, ids, {n: reader.cells(n) for n in FARES[1:]}, "fare_id")
    price = reader.floats("price")
    free = ~np.isfinite(price[keep]) | (price[keep] < 0)
    reader.clinic.set_aside("fare-unreadable", reader.file, reader.rows[keep][free], column="price")
    keep = keep[~free]
    known = ids.take(keep).text()
    rules = Reader(feed.clinic, feed.label("fare_rules"), feed.sheet("fare_rules", RULES, ("fare_id",)))
    named = rules.cells("fare_id")
    which = codes_in(named, known)
    orphan = which == NONE
    rules.clinic.set_aside("fare-rule-orphan", rules.file, rules.rows[orphan], example=named.example(orphan))
    plain = np.setdiff1d(np.arange(len(known)), which[~orphan])
    which = np.concatenate([which[~orphan], plain]).astype(np.int64)
    good = np.flatnonzero(~orphan)
    nulls = pa.nulls(len(plain), pa.string())
    at = {n: pa.concat_arrays([rules.cells(n).take(good).text(), nulls]) for n in RULES[1:]}
    table = pa.table(
        {
            "fare_id": known.take(pa.array(which)),
            "price": price[keep][which],
            "currency": currency.take(keep).text().take(pa.array(which)),
            **at,
        }
    )
    return table.group_by(table.column_names).aggregate([]) if table.num_rows else table
