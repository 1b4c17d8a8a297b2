"""Where the thresholds of a warning come from: what was given, what officials use, or the data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from nagara.citylab.findings import CityLabError
from nagara.citylab.recipes import BadParameter, Context

Floats = npt.NDArray[np.float64]

THRESHOLD = pa.schema(
    [
        ("datastream_id", pa.string()),
        ("kind", pa.string()),
        ("severity", pa.int64()),
        ("label", pa.string()),
        ("threshold", pa.float64()),
        ("lo", pa.float64()),
        ("hi", pa.float64()),
        ("n", pa.int64()),
        ("origin", pa.string()),
    ]
)


def cut(low: Floats, high: Floats) -> tuple[float, float, float]:
    """Where two sets of levels part: (threshold, lo, hi).

    The threshold is the smallest level of the upper set above which fewest readings stand on the wrong side.
    Where the sets do not overlap, it lies between lo (highest of the lower set) and hi (lowest of the upper);
    where they do, lo and hi enclose the overlap.
    """
    levels = np.unique(high)
    wrong = [(low >= level).sum() + (high < level).sum() for level in levels]
    best = float(levels[int(np.argmin(wrong))])
    below = low[low < best]
    if low.max() < high.min():
        return best, float(low.max()), best
    lo = float(min(high.min(), below.max() if len(below) else best))
    return best, lo, float(max(low.max(), best))


def _rising(official: pa.Table) -> bool:
    """True where a higher state number means a higher level (over all datastreams)."""
    signs = []
    for name in official.column("datastream_id").unique().to_pylist():
        state, value, n = _of(official, name)
        if len(np.unique(state)) > 1:
            mean_s, mean_v = np.average(state, weights=n), np.average(value, weights=n)
            signs.append(np.sign(np.sum(n * (state - mean_s) * (value - mean_v))) * n.sum())
    return sum(signs) >= 0


def _of(official: pa.Table, name: str) -> tuple[Floats, Floats, Floats]:
    mine = official.filter(pa.compute.equal(official.column("datastream_id"), name))
    state, value, n = (
        mine.column(c).to_numpy(zero_copy_only=False).astype(float) for c in ("state", "value", "n")
    )
    return state, value, n


def _official(official: pa.Table, name: str, states: Floats, rising: bool) -> list[dict[str, Any]]:
    """Thresholds between the official states met at one datastream."""
    state, value, n = _of(official, name)
    severity = np.searchsorted(states, state) if rising else len(states) - 1 - np.searchsorted(states, state)
    rows = []
    for s in np.unique(severity[severity > 0]):
        low, high = (
            np.repeat(value, n.astype(int))[np.repeat(severity, n.astype(int)) < s],
            value[severity >= s],
        )
        many = int(n[severity >= s].sum())
        if len(low) == 0:
            at, lo, hi = float(high.min()), None, float(high.min())
        else:
            at, lo, hi = cut(low, np.repeat(high, n[severity >= s].astype(int)))
        number = states[s] if rising else states[len(states) - 1 - s]
        rows.append(
            {"severity": int(s), "label": f"official state {number:g}", "threshold": at, "lo": lo, "hi": hi}
            | {"n": many, "origin": "read off the official states in the data"}
        )
    return rows


def _given(text: str | None) -> dict[str, Any]:
    if not text:
        return {}
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise BadParameter(f"thresholds is not JSON: {error}.", mend='Write {"thing": [1.5, 2.0]}.') from None
    if not isinstance(found, dict):
        raise BadParameter("thresholds must be an object.", mend='Write {"thing": [1.5, 2.0]}.')
    return found


def _rows_of(spec: Any, origin: str) -> list[dict[str, Any]]:
    """Rows of one given specification: a list of numbers, or names with numbers."""
    named = spec.items() if isinstance(spec, dict) else ((f"level {i}", v) for i, v in enumerate(spec, 1))
    try:
        pairs = sorted(((str(k), float(v)) for k, v in named), key=lambda pair: pair[1])
    except (TypeError, ValueError):
        raise CityLabError("thresholds must be numbers", where=origin) from None
    return [
        {"severity": i, "label": label, "threshold": at, "lo": at, "hi": at, "n": None, "origin": origin}
        for i, (label, at) in enumerate(pairs, 1)
    ]


def _own(row: Mapping[str, Any], params: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Quantiles of the datastream's own values: where nobody has set a threshold."""
    found = []
    for severity, (name, column) in enumerate((("watch", "q_watch"), ("alarm", "q_alarm")), 1):
        at, share = row[column], params[f"{name}_quantile"]
        if at is not None and row["highest"] > row["middle"]:
            origin = f"the {100 * share:g} % quantile of its own values"
            found.append(
                {"severity": severity, "label": name, "threshold": at, "lo": at, "hi": at, "n": row["n"]}
                | {"origin": origin}
            )
    return found


def thresholds(tables: Mapping[str, pa.Table], params: Mapping[str, Any], context: Context) -> pa.Table:
    """Level and rate thresholds of each datastream, in its unit (rate: unit an hour). See THRESHOLD.

    Reads level, official (steps of early-warning) and thing. Order: the parameter `thresholds` (JSON: thing,
    datastream, property or "*" to a list or to names with numbers), the attribute `thresholds` of the thing,
    the official states met in the data, quantiles of the datastream's own values. The rate threshold is the
    parameter `rise_per_hour`, else the quantile of its own rises.
    """
    del context
    given, official = _given(params.get("thresholds")), tables["official"]
    states = np.unique(official.column("state").to_numpy(zero_copy_only=False).astype(float))
    rising, known = _rising(official), set(official.column("datastream_id").to_pylist())
    attributes = {t["thing_id"]: json.loads(t["attributes"] or "{}") for t in tables["thing"].to_pylist()}
    rows: list[dict[str, Any]] = []
    for row in tables["level"].to_pylist():
        name, thing = row["datastream_id"], row["thing_id"]
        keys = [key for key in (name, thing, row["property"], "*") if key in given]
        on_thing = attributes.get(thing, {}).get("thresholds")
        if keys:
            found = _rows_of(given[keys[0]], "given as parameter")
        elif on_thing:
            found = _rows_of(on_thing, "given with the station")
        elif name in known and len(np.unique(_of(official, name)[0])) > 1:
            found = _official(official, name, states, rising)
        else:
            found = _own(row, params)
        rows += [item | {"datastream_id": name, "kind": "level"} for item in found]
        rate = params.get("rise_per_hour") or row["q_rise"]
        if rate:
            share = 100 * float(params["alarm_quantile"])
            own = f"the {share:g} % quantile of its own rises"
            origin = "given as parameter" if params.get("rise_per_hour") else own
            rows.append(
                {
                    "datastream_id": name,
                    "kind": "rate",
                    "severity": 0,
                    "label": "fast rise",
                    "threshold": rate,
                }
                | {"lo": rate, "hi": rate, "n": row["n"], "origin": origin}
            )
    return pa.Table.from_pylist(rows, schema=THRESHOLD)
