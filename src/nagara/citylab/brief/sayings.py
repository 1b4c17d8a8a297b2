"""What a run says in words: rows picked by the recipe's `[brief]`, put into its sentences.

The words are the recipe's; the numbers are the run's. A sentence whose rows are not there is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from nagara.citylab.brief.figures import local_text
from nagara.citylab.brief.naming import Names
from nagara.citylab.brief.numbers import number_text, range_text, unit_text
from nagara.citylab.recipes import Recipe

FIELD = re.compile(r"\{(\w+)\.(\w+)\}")
MOST_NUMBERS = 8
NOTHING = "There is nothing to report for this period."
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Number:
    """One line of the table of numbers: everything as people read it."""

    label: str
    unit_name: str
    value: str
    span: str
    n: str
    coverage: str
    quality: str
    reason: str
    when: str = ""


@dataclass(frozen=True)
class Tile:
    """One large number at the head of a brief, with what it is."""

    value: str
    label: str


@dataclass(frozen=True)
class Sayings:
    """The words of one run: `rows` are its results within the period, times UTC."""

    recipe: Recipe
    rows: pa.Table
    names: Names
    tz: str

    @property
    def words(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.recipe.extra.get("brief", {})
        return found

    def answer(self) -> str:
        """The recipe's answer, sentence by sentence; a plain one where it has none."""
        given = self.words.get("answer", ())
        said = list(self._filled([given] if isinstance(given, str) else given))
        if said:
            return " ".join(said)
        if self.rows.num_rows == 0 or "otherwise" in self.words:
            return str(self.words.get("otherwise", NOTHING))
        first = self.numbers()[0]
        return f"{first.label} is {first.value or 'not known'} ({first.unit_name})."

    def meaning(self) -> tuple[str, ...]:
        """What it means for whom: "For whom: what"."""
        return tuple(self._filled(self.words.get("meaning", ())))

    def tiles(self) -> tuple[Tile, ...]:
        """The numbers for the head of the brief, in the recipe's order."""
        found = []
        for item in self.words.get("tile", ()):
            pair = list(self._filled([item["show"], item["label"]]))
            if len(pair) == 2:
                found.append(Tile(*pair))
        return tuple(found)

    def numbers(self) -> tuple[Number, ...]:
        """The numbers that the recipe chose, in its order.

        Where it chose none: those of the city first, then the largest of each indicator.
        """
        if "number" not in self.words:
            most = int(self.words.get("most", MOST_NUMBERS))
            return tuple(self._line(row) for row in self._ranked()[:most])
        found = []
        for how in self.words["number"]:
            rows = self._picked(how, with_empty=True)[: int(how.get("most", 1))]
            found += [self._line(row, str(how.get("title", ""))) for row in rows]
        return tuple(found)

    def _filled(self, sentences: Sequence[str]) -> Iterator[str]:
        for text in sentences:
            found = {name: self.pick(name) for name, _ in FIELD.findall(text)}
            rows = {name: row for name, row in found.items() if row is not None}
            if len(rows) == len(found):
                yield FIELD.sub(partial(self._put, rows), text)

    def _put(self, rows: Mapping[str, Row], match: re.Match[str]) -> str:
        return self._field(rows[match[1]], match[2])

    def pick(self, name: str) -> Row | None:
        """The row that `[brief.pick.NAME]` names; None where the run has none."""
        how = self.words.get("pick", {}).get(name)
        rows = self._picked(how) if how else []
        return {**rows[0], "count": len(rows)} if rows else None

    def _picked(self, how: Mapping[str, Any], *, with_empty: bool = False) -> list[Row]:
        rows = self.rows
        if "level" in how:
            level = pa.array(self.names.zones_at(int(how["level"])), pa.string())
            rows = rows.filter(pc.is_in(rows.column("unit_id"), level))
        return picked(rows, how, with_empty=with_empty)

    def unit(self, row: Row) -> str:
        """The unit of a row: as the recipe declares it; `{unit}` stands for the datastream's own."""
        declared = self.recipe.output(row["indicator"])
        unit = declared.unit if declared else ""
        own = self.names.unit(row["unit_kind"], row["unit_id"])
        return unit.replace("{unit}", own)

    def _label(self, row: Row) -> str:
        output = self.recipe.output(row["indicator"])
        return output.title if output else str(row["indicator"]).partition(":")[2] or _plain(row["indicator"])

    def _field(self, row: Row, what: str) -> str:
        """One field of a picked row: name, value, range, when, lead, follow, ..."""
        unit = self.unit(row)
        lo, hi, about = row["lo"], row["hi"], _is_about(row)
        whole = number_text(row["value"], unit, estimate=about)
        ready: Mapping[str, Callable[[], str]] = {
            "name": lambda: self._name(row),
            "label": lambda: self._label(row),
            "day": lambda: (
                local_text(row["ts"], self.tz).partition(",")[0] if row["ts"] else "an unknown day"
            ),
            "place": lambda: self.names.place(row["unit_id"]),
            "lead": lambda: self.names.pair(row["unit_id"])[0],
            "follow": lambda: self.names.pair(row["unit_id"])[1],
            "when": lambda: local_text(row["ts"], self.tz) if row["ts"] else "an unknown time",
            "value": lambda: whole,
            "range": lambda: range_text(lo, hi, unit, estimate=about) or whole,
            "n": lambda: f"{row['n'] or 0:,}",
            "count": lambda: f"{row['count']:,}",
            "others": lambda: f"{row['count'] - 1:,}",
            "unit": lambda: unit_text(unit),
            "reason": lambda: row["reason"] or "",
            "coverage": lambda: "" if row["coverage"] is None else f"{100 * row['coverage']:.0f} %",
        }
        return ready[what]() if what in ready else number_text(row[what], unit, estimate=about)

    def _name(self, row: Row) -> str:
        if row["unit_kind"] == "datastream" and self._is_one_property:
            return self.names.place(row["unit_id"])
        return self.names.of(row["unit_kind"], row["unit_id"])

    @cached_property
    def _is_one_property(self) -> bool:
        """True where a station's name is enough to tell its datastream."""
        streams = self.rows.filter(pc.equal(self.rows.column("unit_kind"), "datastream"))
        return self.names.is_one_property(set(streams.column("unit_id").to_pylist()))

    def _line(self, row: Row, title: str = "") -> Number:
        unit = self.unit(row)
        coverage, about = row["coverage"], _is_about(row)
        return Number(
            label=title or self._label(row),
            unit_name=self._name(row),
            value=number_text(row["value"], unit, estimate=about),
            span=range_text(row["lo"], row["hi"], unit, estimate=about),
            n="" if row["n"] is None else f"{row['n']:,}",
            coverage="" if coverage is None else f"{100 * coverage:.0f} %",
            quality=row["quality"] or "",
            reason=row["reason"] or "",
            when=local_text(row["ts"], self.tz) if row["ts"] else "",
        )

    def _ranked(self) -> list[Row]:
        order = {o.indicator: i for i, o in enumerate(self.recipe.outputs)}
        least = float("-inf")

        def rank(row: Row) -> tuple[Any, ...]:
            value = least if row["value"] is None else row["value"]
            return (row["unit_kind"] != "city", order.get(row["indicator"], len(order)), -value)

        return sorted(self.rows.to_pylist(), key=rank)


def picked(rows: pa.Table, how: Mapping[str, Any], *, with_empty: bool = False) -> list[Row]:
    """Rows of an indicator (the first of a list that has any; all of them with `any`), sorted by `order`.

    A name may end in `*`. `unit_kind`, `unit_id` narrow (and, within `Sayings`, the `level` of zones); `sure`
    leaves out rows that carry a caveat; `order` is like "lo desc, value desc" (default "value desc").
    """
    wanted = [how["indicator"]] if isinstance(how["indicator"], str) else list(how["indicator"])
    for group in [wanted] if how.get("any") else [[name] for name in wanted]:
        mask = pc.match_substring_regex(rows.column("indicator"), f"^({'|'.join(map(_pattern, group))})$")
        for name in ("unit_kind", "unit_id"):
            if name in how:
                mask = pc.and_(mask, pc.equal(rows.column(name), how[name]))
        if how.get("sure"):
            mask = pc.and_(mask, pc.is_null(rows.column("reason")))
        if not with_empty:
            mask = pc.and_(mask, pc.is_valid(rows.column("value")))
        found = rows.filter(mask)
        if found.num_rows:
            return list(found.sort_by(_keys(str(how.get("order", "value desc")))).to_pylist())
    return []


def _is_about(row: Row) -> bool:
    """True for an estimate with a range: three digits of it say enough."""
    return bool(row["quality"] != "verified" and row["lo"] != row["hi"])


def _pattern(name: str) -> str:
    return re.escape(name.removesuffix("*")) + (".*" if name.endswith("*") else "")


def _plain(indicator: str) -> str:
    return indicator.replace("_", " ")


def _keys(order: str) -> list[tuple[str, str]]:
    keys = []
    for part in order.split(","):
        column, _, way = part.strip().partition(" ")
        keys.append((column, "descending" if way.strip() == "desc" else "ascending"))
    return [*keys, ("unit_id", "ascending")]
