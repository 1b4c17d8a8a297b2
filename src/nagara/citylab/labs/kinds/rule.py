# ruff: noqa: ARG002  (every kind has the same signatures)
"""An alarm rule, set on the first part of a series and judged on the rest, which the learner does not see."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from nagara.citylab.labs.bench import in_order
from nagara.citylab.labs.kinds.alarms import (
    Event,
    Judged,
    Rule,
    Span,
    Terms,
    alarms,
    first_at_least,
    holds,
    judge,
    tests_of,
)
from nagara.citylab.labs.kinds.kind import Ask, Body, Kind, Unfit, right, wrong
from nagara.citylab.labs.kinds.value import numbers
from nagara.citylab.labs.model import BadAnswer, BadLab, Grade, Key, Posed, Task

if TYPE_CHECKING:
    from nagara.citylab.labs.kinds.alarms import Times, Values

    Series = dict[str, tuple[Times, Values]]

DRAWN = 300
"""Points of a stream that the page draws."""
RIGHT_AT = 0.8
"""Part of the best worth from which a rule is right."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class RuleTask(Kind):
    name = "rule"

    def make(self, task: Task, ask: Ask) -> tuple[Body, Body]:
        until = _minute(str(ask.value(task.seen_until, "seen_until")))
        names, points = _streams(task, ask)
        seen = {n: sorted(p for p in ps if p[0] < until) for n, ps in sorted(points.items())}
        rest = {n: sorted(p for p in ps if p[0] >= until) for n, ps in sorted(points.items())}
        seen = {n: ps for n, ps in seen.items() if len(ps) >= 10 and len(rest[n]) >= 10}
        if not seen:
            raise Unfit("no stream has readings before and after the day")
        last = max(rest[n][-1][0] for n in seen)
        hidden = {n: _packed(rest[n]) for n in seen}
        events = self._events(task, ask, until, {n: rest[n] for n in seen})
        levels = {n: [v for _, v in ps] for n, ps in seen.items()}
        streams = [{**names[n], "min": min(levels[n]), "max": max(levels[n])} for n in seen]
        fields = [{k: ask.fill(v) if isinstance(v, str) else v for k, v in f.items()} for f in task.fields]
        closed = str(ask.value(task.seen_from, "seen_from")) if task.seen_from else ""
        show = {
            "streams": streams,
            "fields": fields,
            "seen_from": _text(min(ps[0][0] for ps in seen.values())),
            "seen_until": _text(until),
            "closed_before": _text(_minute(closed)) if closed else "",
            "series": {n: [[_text(t), v] for t, v in _drawn(ps)] for n, ps in seen.items()},
        }
        body = {"hidden": hidden, "events": events, "from": until, "to": last}
        best, worth = _best(task, show, body)
        if worth <= 0:
            raise Unfit("no simple rule would have told of an event")
        return show, {**body, "best": best, "worth": worth}

    def _events(
        self, task: Task, ask: Ask, until: int, rest: Mapping[str, Sequence[tuple[int, float]]]
    ) -> list[list[Any]]:
        """[id, starts, ends, peak] of the events that the learner has not seen."""
        rows = in_order(ask.rows(task.events, "events"))
        if rows and not {"event_id", "starts", "ends"} <= set(rows[0]):
            raise BadLab(
                "events must give event_id, starts, ends (and may give peak).", where=f"task {task.id}"
            )
        harm = str(ask.value(task.harm_stream, "harm_stream")) if task.harm_stream else ""
        level = float(ask.value(task.harm_level, "harm_level")) if task.harm_level else None
        found = []
        for row in rows:
            starts, ends = _minute(row["starts"]), _minute(row["ends"])
            if starts < until:
                continue
            peak = _minute(row["peak"]) if row.get("peak") else None
            if peak is None:
                among = [harm] if harm in rest else list(rest)
                peak = _peak({n: rest[n] for n in among}, (starts, ends), level if harm in rest else None)
            found.append([str(row["event_id"]), starts, ends, peak if peak is not None else starts])
        if not found:
            raise Unfit("no event after the day")
        return found

    def mistakes(self, task: Task, ask: Ask, show: Body, body: Body) -> list[tuple[str, str, Body]]:
        found = []
        for mistake in task.mistakes:
            try:
                tests_of(mistake.when)
            except ValueError as error:
                raise BadLab(f"when: {error}.", where=f"task {task.id}, mistake {mistake.key}") from None
            found.append((mistake.key, ask.fill(mistake.because), {"when": mistake.when}))
        earlier: list[str] = []
        out: list[tuple[str, str, Body]] = []
        tries = [(rule, _judged(task, show, body, rule)) for rule in _grid(show, wide=True)] if found else []
        for key, because, wrong_body in found:
            example = self._example(task, show, body, tries, wrong_body["when"], earlier)
            if example is not None:
                out.append((key, because, {**wrong_body, "answer": example}))
            else:
                out.append((key, because, wrong_body))
            earlier.append(wrong_body["when"])
        return out

    @staticmethod
    def _example(
        task: Task,
        show: Body,
        body: Body,
        tries: Sequence[tuple[Rule, Judged]],
        when: str,
        earlier: Sequence[str],
    ) -> dict[str, Any] | None:
        """An answer that makes this mistake and no earlier one, and is not right."""
        for rule, judged in tries:
            facts = _facts(show, rule, judged)
            good = judged.worth >= task.score.get("right_at", RIGHT_AT) * body["worth"]
            if not good and holds(when, facts) and not any(holds(w, facts) for w in earlier):
                return _answer(rule)
        return None

    def grade(self, task: Task, posed: Posed, key: Key, answer: Mapping[str, Any]) -> Grade:
        rule = read(posed.body, answer)
        judged = _judged(task, posed.body, key.body, rule)
        part = min(1.0, judged.worth / key.body["worth"])
        facts = judged.facts() | {"worth": round(judged.worth, 4), "best": round(key.body["worth"], 4)}
        if part >= task.score.get("right_at", RIGHT_AT):
            full = right(task, **facts)
            return full if part >= 0.995 else _with_points(task, full, part)
        remark = (
            f"On the days that you did not see: {judged.hits} of {judged.events} events told,"
            f" {judged.false_alarms} false alarm{'s' if judged.false_alarms != 1 else ''},"
            f" {judged.lead_h:.1f} h of lead."
        )
        return wrong(task, part, remark, **facts)

    def named(
        self, task: Task, posed: Posed, key: Key, answer: Mapping[str, Any], graded: Grade
    ) -> tuple[str, str]:
        rule = read(posed.body, answer)
        facts = _facts(posed.body, rule, _judged(task, posed.body, key.body, rule))
        for mistake in key.mistakes:
            if holds(mistake.body["when"], facts):
                return mistake.key, mistake.because
        return "", ""

    def meets(self, task: Task, posed: Posed, body: Body, answer: Mapping[str, Any]) -> bool:
        return "when" not in body and super().meets(task, posed, body, answer)

    def answer_from(self, task: Task, posed: Posed, body: Body) -> dict[str, Any]:
        return dict(body["answer"] if "answer" in body else body["best"])

    def told(self, task: Task, posed: Body, body: Body) -> str:
        best = read(posed, body["best"])
        names = {s["id"]: s["name"] for s in posed["streams"]}
        where = ", ".join(names[s] for s in best.streams)
        return f"level of at least {best.threshold:g} for {best.hold_min:g} min at {best.k} of: {where}"


def _with_points(task: Task, graded: Grade, part: float) -> Grade:
    """Right, but a better rule was there: the points say so."""
    from dataclasses import replace

    from nagara.citylab.labs.kinds.kind import share

    return replace(graded, points=share(task, part), remark="A good rule. A better one was possible.")


def read(posed: Body, answer: Mapping[str, Any]) -> Rule:
    """The rule that an answer states. Raises BadAnswer."""
    known = {s["id"] for s in posed["streams"]}
    given = answer.get("streams") or []
    streams = [str(given)] if isinstance(given, str) else [str(s) for s in given]
    if not streams:
        raise BadAnswer("no stream is chosen.", mend="Choose at least one.")
    if set(streams) - known:
        raise BadAnswer(f"{min(set(streams) - known)[:40]!r} was not offered.", mend="Load the page again.")
    streams = list(dict.fromkeys(streams))
    threshold = _number(answer.get("threshold"), "the threshold")
    hold = _number(answer.get("hold_min") or 0, "the minutes to hold")
    rate = answer.get("rate")
    rise = None if rate in (None, "") else _number(rate, "the rise an hour")
    k = int(_number(answer.get("k") or 1, "the number of streams"))
    if not 0 <= hold <= 10_080:
        raise BadAnswer("the minutes to hold must be from 0 to 10080.", mend="Correct the number.")
    if not 1 <= k <= len(streams):
        raise BadAnswer(
            f"{k} of {len(streams)} streams is not possible.",
            mend="Choose more streams, or a smaller number.",
        )
    return Rule(tuple(streams), threshold, hold, rise, k)


def _number(value: Any, what: str) -> float:
    try:
        return float(value) if isinstance(value, int | float) else numbers(str(value))[0][0]
    except (BadAnswer, ValueError):
        raise BadAnswer(f"{what} is not a number.", mend="Write a number such as 1.5.") from None


def _answer(rule: Rule) -> dict[str, Any]:
    plain = {
        "streams": list(rule.streams),
        "threshold": rule.threshold,
        "hold_min": rule.hold_min,
        "k": rule.k,
    }
    return plain | ({"rate": rule.rate} if rule.rate is not None else {})


def _facts(posed: Body, rule: Rule, judged: Judged) -> dict[str, float]:
    chosen = [s for s in posed["streams"] if s["id"] in rule.streams]
    return judged.facts() | {
        "threshold": rule.threshold,
        "hold_min": rule.hold_min,
        "rate": rule.rate or 0.0,
        "k": rule.k,
        "streams": len(rule.streams),
        "seen_max": max(s["max"] for s in chosen),
        "seen_min": min(s["min"] for s in chosen),
    }


def _terms(task: Task) -> Terms:
    known = {k: v for k, v in task.score.items() if k not in {"right_at", "every_min"}}
    return Terms(**known)


def _judged(task: Task, posed: Body, body: Body, rule: Rule) -> Judged:
    del posed
    series = {n: _unpacked(*body["hidden"][n]) for n in rule.streams}
    terms = _terms(task)
    spoken = alarms(series, rule, terms.quiet_h)
    events = [Event(*e) for e in body["events"]]
    return judge(spoken, events, (body["from"], body["to"]), terms)


def _grid(posed: Body, *, wide: bool = False) -> Iterator[Rule]:
    """Simple rules: one stream or any of all, some thresholds, some minutes to hold."""
    streams = posed["streams"]
    shares = (0.2, 0.35, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.15, 1.3)
    for share in (-0.1, 0.02, *shares, 1.6, 5.0) if wide else shares:
        for hold in (0.0, 720.0) if wide else (0.0, 60.0):
            for s in streams[:12]:
                yield Rule((s["id"],), _round(s["min"] + share * (s["max"] - s["min"])), hold)
            if wide and len(streams) > 1:
                top = max(s["max"] for s in streams)
                yield Rule(tuple(s["id"] for s in streams), _round(share * top), hold)


def _round(value: float) -> float:
    return float(f"{value:.4g}")


def _best(task: Task, show: Body, body: Body) -> tuple[dict[str, Any], float]:
    """The best of the simple rules on the days not seen, and its worth."""
    best, worth = None, -1.0
    for rule in _grid(show):
        got = _judged(task, show, body, rule).worth
        if got > worth + 1e-12:
            best, worth = rule, got
    assert best is not None
    return _answer(best), round(worth, 9)


Points = list[tuple[int, float]]


def _streams(task: Task, ask: Ask) -> tuple[dict[str, dict[str, Any]], dict[str, Points]]:
    """({stream: id, name, unit}, {stream: readings as minute and value}) of all the time."""
    table = ask.table(task.data, "data")
    if not {"ts", "stream_id", "value"} <= set(table.column_names):
        raise BadLab(
            "data must give ts, stream_id, value (and may give name, unit).", where=f"task {task.id}"
        )
    given = {c: table.column(c).to_pylist() for c in ("stream_id", "name", "unit") if c in table.column_names}
    nothing = [None] * table.num_rows
    minutes = [
        m and m // 60_000_000 for m in table.column("ts").cast("timestamp[us]").cast("int64").to_pylist()
    ]
    values = table.column("value").cast("float64").to_pylist()
    names: dict[str, dict[str, Any]] = {}
    points: dict[str, Points] = {}
    columns = (given["stream_id"], given.get("name", nothing), given.get("unit", nothing), minutes, values)
    for stream, title, unit, minute, value in zip(*columns, strict=True):
        if value is None or minute is None:
            continue
        name = str(stream)
        if name not in points:
            names[name] = {"id": name, "name": str(title or name), "unit": str(unit or "")}
            points[name] = []
        points[name].append((minute, float(f"{value:.12g}")))
    return names, {name: sorted(found) for name, found in points.items()}


def _minute(text: str) -> int:
    at = datetime.fromisoformat(text)
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
    return int((at - EPOCH).total_seconds() // 60)


def _text(minute: int) -> str:
    return (EPOCH + timedelta(minutes=minute)).strftime("%Y-%m-%dT%H:%M")


def _drawn(points: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    """At most DRAWN points of a series: the highest of each of equal parts of time."""
    if len(points) <= DRAWN:
        return list(points)
    start, width = points[0][0], max(1, -(-(points[-1][0] - points[0][0] + 1) // DRAWN))
    highest: dict[int, tuple[int, float]] = {}
    for t, v in points:
        part = (t - start) // width
        if part not in highest or v > highest[part][1]:
            highest[part] = (t, v)
    return [highest[p] for p in sorted(highest)]


def _peak(rest: Mapping[str, Sequence[tuple[int, float]]], span: Span, level: float | None) -> int | None:
    """When the harm is done: the first minute at the harmful level, else the minute of the highest level."""
    best: tuple[float, int] | None = None
    for points in rest.values():
        times, values = _arrays(points)
        if level is not None and (first := first_at_least(times, values, level, span)) is not None:
            return first
        for t, v in points:
            if span[0] <= t <= span[1] and (best is None or v > best[0]):
                best = (v, t)
    return best[1] if best else None


def _arrays(points: Sequence[tuple[int, float]]) -> tuple[Times, Values]:
    import numpy as np

    return np.array([t for t, _ in points], np.int64), np.array([v for _, v in points], np.float64)


def _packed(points: Sequence[tuple[int, float]]) -> list[str]:
    """Times and values as text: small enough to be kept with the key."""
    import numpy as np

    times, values = _arrays(points)
    steps = np.diff(times, prepend=0).astype("<i4").tobytes()
    return [base64.b85encode(zlib.compress(b, 6)).decode() for b in (steps, values.astype("<f8").tobytes())]


@lru_cache(maxsize=256)
def _unpacked(times: str, values: str) -> tuple[Times, Values]:
    import numpy as np

    steps, plain = (zlib.decompress(base64.b85decode(text)) for text in (times, values))
    return np.cumsum(np.frombuffer(steps, "<i4"), dtype=np.int64), np.frombuffer(plain, "<f8")
