"""A rule tried on what the learner may see: the same judgement as the grade's, on the time before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nagara.citylab.labs.bench import opened
from nagara.citylab.labs.fitting import Kept, data_of, of_the_city
from nagara.citylab.labs.keeping import recipes_for
from nagara.citylab.labs.kinds.alarms import Event, Span, alarms, judge
from nagara.citylab.labs.kinds.rule import _arrays, _minute, _peak, _terms, read
from nagara.citylab.labs.model import Prepared, Task
from nagara.citylab.labs.plan import plan_of

if TYPE_CHECKING:
    from nagara.citylab.labs.kinds.alarms import Times, Values
    from nagara.citylab.lake import CityLake

    Seen = tuple[dict[str, tuple[Times, Values]], list[Event], Span]

_SEEN: Kept[Any] = Kept(64)


def rehearse(city: CityLake, prepared: Prepared, task_id: str, answer: Mapping[str, Any]) -> dict[str, Any]:
    """What a rule would have done before the day from which it is graded: events, hits, misses, false alarms,
    lead_h, alarms. Nothing of the time after is read. Raises BadAnswer, InputsErased."""
    task, posed = prepared.lab.task(task_id), prepared.posed[task_id]
    rule = read(posed.body, answer)
    series, events, period = _seen(city, prepared, task)
    terms = _terms(task)
    there = {name: series[name] for name in rule.streams if name in series}
    spoken = alarms(there, rule, terms.quiet_h) if len(there) == len(rule.streams) else []
    return judge(spoken, events, period, terms).facts()


def _seen(city: CityLake, prepared: Prepared, task: Task) -> Seen:
    """Streams and events before the learner's day, read once for each prepared lab."""
    key = (repr(city.storage), city.city_id, prepared.run_id or prepared.digest, task.id)
    known: Seen | None = _SEEN.get(key)
    if known is not None:
        return known
    snapshot, plan, params = city.snapshot(prepared.snapshot), plan_of(prepared.lab), prepared.params
    until = _minute(str(prepared.posed[task.id].body["seen_until"]))
    runs = recipes_for(city, prepared.lab, snapshot, keep=False)[0] if prepared.lab.runs else {}
    place = f"[[task]] {task.id}"
    with opened(plan, data_of(plan, snapshot), of_the_city(snapshot)["tz"], runs) as bench:
        rows = bench.rows(task.data, params, f"{place}, data")
        found = bench.rows(task.events, params, f"{place}, events")
    points: dict[str, list[tuple[int, float]]] = {}
    for row in rows:
        if row["ts"] is None or row["value"] is None:
            continue
        at = _minute(row["ts"])
        if at < until:
            points.setdefault(str(row["stream_id"]), []).append((at, float(row["value"])))
    points = {name: sorted(of) for name, of in points.items()}
    events = [_event(row, points) for row in found if _minute(row["ends"]) < until]
    first = min((of[0][0] for of in points.values()), default=until)
    series = {name: _arrays(of) for name, of in points.items()}
    made: Seen = _SEEN.put(key, (series, events, (first, until)))
    return made


def _event(row: Mapping[str, Any], points: Mapping[str, list[tuple[int, float]]]) -> Event:
    starts, ends = _minute(row["starts"]), _minute(row["ends"])
    peak = _minute(row["peak"]) if row.get("peak") else _peak(points, (starts, ends), None)
    return Event(str(row["event_id"]), starts, ends, starts if peak is None else peak)
