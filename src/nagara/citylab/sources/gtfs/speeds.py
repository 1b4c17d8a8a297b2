"""Whether times and distances can be true: speeds by kind of vehicle, placeholders."""

from __future__ import annotations

import numpy as np

from nagara.citylab.sources.gtfs.calls import Calls
from nagara.citylab.sources.gtfs.fields import NONE, Floats, Mask
from nagara.citylab.sources.gtfs.files import Feed
from nagara.citylab.sources.gtfs.stops import FASTEST, Stops
from nagara.citylab.sources.gtfs.trips import Trips

SLOWEST_KMH = 1.0
MINUTE_S = 60
PLACEHOLDER_SHARE = 0.98


def judge_speeds(feed: Feed, trips: Trips, calls: Calls, stops: Stops, metres: Floats) -> None:
    """Findings on pieces, trips and the whole feed that are faster or slower than vehicles run."""
    if not len(calls):
        return
    start = np.flatnonzero(calls.first)
    end = np.append(start[1:], len(calls)) - 1
    trip = calls.trip[start]
    known = (calls.dep[start] != NONE) & (calls.arr[end] != NONE) & (end > start)
    seconds = np.where(known, calls.arr[end].astype(np.int64) - calls.dep[start], 0)
    length = metres[trip]
    known &= np.isfinite(length)
    with np.errstate(divide="ignore", invalid="ignore"):
        kmh = np.where(known & (seconds > 0), length / seconds * 3.6, np.nan)
        stuck = known & (seconds == 0) & (length > 1000)
    fast = (kmh > FASTEST[trips.mode[trip]]) | stuck
    slow = (kmh < SLOWEST_KMH) & (length > 500)
    for rule, mask in (("speed-too-fast", fast), ("speed-too-slow", slow)):
        of_trips = np.zeros(len(trips), bool)
        of_trips[trip[mask]] = True
        worst = _worst(kmh, mask, trips, trip)
        feed.clinic.say(rule, trips.file, rows=trips.rows[of_trips], column="trip_id", example=worst)
    _judge_pieces(feed, trips, calls, stops)
    total_s, total_m = int(seconds[known].sum()), float(length[known].sum())
    limit = float(FASTEST[trips.mode[trip[known]]].mean()) if known.any() else 0.0
    if known.any() and (total_s <= 0 or total_m / total_s * 3.6 > limit):
        mean = f"{total_m / total_s * 3.6:,.0f} km/h" if total_s > 0 else "no time at all"
        message = f"as written, all trips make {total_m / 1000:,.0f} km in {total_s / 3600:,.1f} h: {mean}"
        feed.clinic.say("speed-of-feed", calls.file, message, count=int(known.sum()), example=mean)


def _worst(kmh: Floats, mask: Mask, trips: Trips, trip: np.ndarray) -> str:
    if not mask.any():
        return ""
    at = int(np.flatnonzero(mask)[np.argmax(np.nan_to_num(kmh[mask]))])
    return f"{trips.ids[int(trip[at])].as_py()}: {kmh[at]:,.0f} km/h"


def _judge_pieces(feed: Feed, trips: Trips, calls: Calls, stops: Stops) -> None:
    later = np.flatnonzero(~calls.first)
    step = calls.arr[later].astype(np.int64) - calls.dep[later - 1]
    timed = calls.timed[later] & calls.timed[later - 1] & (calls.dep[later - 1] != NONE)
    later, step = later[timed & (step >= 0)], step[timed & (step >= 0)]
    if not len(later):
        return
    # Many feeds write whole minutes: a piece gets the minute that rounding may have taken from it.
    kmh = calls.hop[later] / (step + MINUTE_S) * 3.6
    fast = kmh > FASTEST[trips.mode[calls.trip[later]]]
    if fast.any():
        at = later[fast][np.argmax(kmh[fast])]
        a, b = stops.ids[int(calls.stop[at - 1])].as_py(), stops.ids[int(calls.stop[at])].as_py()
        example = f"{a} to {b}: {calls.hop[at] / 1000:.1f} km, {float(kmh[fast].max()):,.0f} km/h"
        feed.clinic.say(
            "speed-hop-too-fast", calls.file, rows=np.sort(calls.rows[later[fast]]), example=example
        )
    # Whether times follow distances at all: distinct pieces, their most usual time, their lengths.
    pieces = np.unique(calls.stop[later].astype(np.int64) * len(stops) + calls.stop[later - 1])
    usual, count = np.unique(step, return_counts=True)
    top = int(np.argmax(count))
    if len(pieces) >= 30 and count[top] >= PLACEHOLDER_SHARE * len(step):
        message = f"{count[top]:,} of {len(step):,} pieces take {usual[top]} s, whatever their length"
        feed.clinic.say(
            "time-placeholder", calls.file, message, count=int(count[top]), example=f"{usual[top]} s"
        )
