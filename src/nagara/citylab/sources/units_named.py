"""The zones that the rows of a statistic name: by id, by name within larger units, or one zone for all.

`[zone]` of a mapping file: `level` (number or word: the level that names belong to), `drop` (words beside
names that do not count), `prefix` (put before ids), `zone_id` (all rows are about this zone).
`[columns]`: `zone` (a column of zone ids) or `name`, with `within` (columns of larger units, smallest first).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from nagara.citylab.findings import Findings, Refusal
from nagara.citylab.sources import Options
from nagara.citylab.zones.names import Gazetteer, Key, Match

_SHOWN = 40


@dataclass(frozen=True)
class Naming:
    """How rows name their zone. `columns` are all that must be read."""

    by: str  # "id", "name" or "one"
    column: str = ""
    within: tuple[str, ...] = ()
    one: str = ""
    level: str | int | None = None
    drop: tuple[str, ...] = ()
    prefix: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.column, *self.within) if self.column else ()


def naming_of(mapping: Mapping[str, Any], findings: Findings) -> Naming:
    """What a mapping file says about zones. Raises Refusal that asks where it says nothing."""
    named, section = mapping.get("columns", {}), mapping.get("zone", {})
    within = named.get("within", ())
    more = {
        "within": (within,) if isinstance(within, str) else tuple(within),
        "level": section.get("level"),
        "drop": tuple(section.get("drop", ())),
        "prefix": str(section.get("prefix", "")),
    }
    if named.get("zone"):
        return Naming("id", str(named["zone"]), **more)
    if named.get("name"):
        return Naming("name", str(named["name"]), **more)
    if section.get("zone_id"):
        return Naming("one", one=str(section["zone_id"]), **more)
    mend = (
        'Give [columns] zone = "..." (ids) or name = "..." (names), or [zone] zone_id = "..." for all rows.'
    )
    raise Refusal("which zone is a row about?", findings, where="mapping file", mend=mend)


@dataclass
class Units:
    """Keys of rows and the zones that they were found to mean."""

    naming: Naming
    options: Options
    findings: Findings
    found: dict[Key, Match] = field(default_factory=dict)
    first: dict[Key, tuple[str, int]] = field(default_factory=dict)
    _matched: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        zones = self.options.known.get("zone")
        self.zones = zones if zones is not None and zones.num_rows else None
        if self.naming.by == "name" and self.zones is None:
            mend = "Import the zones first."
            raise Refusal("names cannot be matched: the city has no zones yet.", self.findings, mend=mend)
        if self.naming.by == "name" and self.naming.level is None and self.zones is not None:
            self._one_level(self.zones)
        self.gazetteer = (
            None if self.zones is None else Gazetteer(self.zones, self.naming.level, self.naming.drop)
        )

    def _one_level(self, zones: pa.Table) -> None:
        levels = sorted(
            {(r["level"], r["level_name"]) for r in zones.select(["level", "level_name"]).to_pylist()}
        )
        if len(levels) > 1:
            listed = ", ".join(f"{level} {name or ''}".strip() for level, name in levels)
            mend = "Say it in the mapping file: [zone] level = ..."
            raise Refusal(f"which level are the names of? The city has {listed}.", self.findings, mend=mend)

    def keys_of(self, table: pa.Table) -> tuple[pa.Array, list[Key | None]]:
        """Number of the distinct key of each row, and the keys; None where a row names nothing."""
        if self.naming.by == "one":
            return pa.array([0] * table.num_rows, pa.int32()), [(self.naming.one, ())]
        columns = [pc.fill_null(_cells(table, c), "") for c in self.naming.columns]
        together = pc.binary_join_element_wise(*columns, "\x1f").combine_chunks()
        if isinstance(together, pa.ChunkedArray):
            together = pa.concat_arrays(together.chunks) if together.num_chunks else pa.array([], pa.string())
        coded = together.dictionary_encode()
        keys: list[Key | None] = []
        for text in coded.dictionary.to_pylist():
            name, *within = text.split("\x1f")
            keys.append((name, tuple(w for w in within if w)) if name else None)
        return coded.indices, keys

    def learn(self, tables: Iterable[tuple[str, int, pa.Table]]) -> None:
        """See every key of a source (file, first row, table) before any is matched: a zone that one name
        takes exactly is not proposed for another."""
        for file, row, table in tables:
            indices, keys = self.keys_of(table)
            for number, key in enumerate(keys):
                if key is not None and key not in self.first:
                    self.first[key] = (file, row + int(pc.index(indices, number).as_py()))
        self._match(list(self.first))

    def _match(self, keys: Sequence[Key]) -> None:
        if self.naming.by == "name":
            assert self.gazetteer is not None
            self.found = self.gazetteer.match(keys, self.options.accept_matches)
        else:
            ids = set(self.zones.column("zone_id").to_pylist()) if self.zones is not None else None
            self.found = {key: self._by_id(key, ids) for key in keys}
            if ids is None:
                mend = "Import the zones too, with the same ids."
                self.findings.warn(
                    "zones-unknown", "the city has no zones yet: ids are kept as they are.", mend=mend
                )
        self._tell()

    def _by_id(self, key: Key, ids: set[str] | None) -> Match:
        name = self.naming.prefix + key[0]
        said = self.options.accept_matches.get(key[0])
        if said is not None:
            return Match(said or None, "confirmed" if said else "left out")
        if ids is None or name in ids:
            return Match(name, "exact")
        whole = name.removesuffix(".0")
        return Match(whole, "normalised") if whole in ids else Match(None, "none")

    def _tell(self) -> None:
        """Findings about how names were matched, and the proposals for a person."""
        for key, match in self.found.items():
            file, row = self.first[key]
            where: dict[str, Any] = {"file": file, "row": row, "column": self.naming.column}
            if match.how in ("normalised", "confirmed"):
                said = (
                    "but for case, signs or accents" if match.how == "normalised" else "as a person confirmed"
                )
                pairs = self._matched.setdefault(match.how, [])
                pairs.append(f"{key[0]} = {self._called(match.zone_id)}")
                shown = "; ".join(pairs[:_SHOWN]) + (" ..." if len(pairs) > _SHOWN else "")
                what = f"names were matched {said}: {shown}."
                self.findings.note(f"name-{match.how}", what, example=f"{key[0]} = {match.zone_id}", **where)
            elif match.how == "ambiguous":
                mend = "Name the columns of larger units: [columns] within = [...]."
                what = "names that several zones have, and nothing tells them apart."
                self.findings.warn("name-ambiguous", what, example=key[0], mend=mend, **where)
            elif match.how == "unknown zone":
                what = "a confirmed match names a zone that the city does not have."
                self.findings.refuse(
                    "match-unknown", what, example=key[0], mend="Correct the zone id.", **where
                )
        self._propose()

    def _called(self, zone_id: str | None) -> str:
        """The name of a zone; its id where it has none."""
        zones = self.gazetteer.zones if self.gazetteer is not None else {}
        row = zones.get(zone_id) if zone_id is not None else None
        return str((row and row["name"]) or zone_id)

    def _propose(self) -> None:
        offers = [(key, m.proposal) for key, m in self.found.items() if m.proposal is not None]
        if not offers:
            return
        said = "; ".join(f"{p.name} = {p.zone_name} ({p.score:.0f})" for _, p in offers[:_SHOWN])
        file, row = self.first[offers[0][0]]
        self.findings.proposals += [proposal for _, proposal in offers]
        self.findings.warn(
            "name-proposed",
            f"names of no zone, and the zone each may mean: {said}{' ...' if offers[_SHOWN:] else ''}.",
            file=file,
            row=row,
            column=self.naming.column,
            count=len(offers),
            example=f"{offers[0][1].name} = {offers[0][1].zone_id}",
            mend="Write them to a file (--proposals), confirm each, give it back (--accept-matches).",
        )

    def zone_ids(self, table: pa.Table) -> pa.Array:
        """The zone of each row; null where it names none that is known."""
        indices, keys = self.keys_of(table)
        zones = [None if key is None else self.found[key].zone_id for key in keys]
        return pa.array(zones, pa.string()).take(indices)

    def reason(self, key: Key | None) -> str:
        """Why a row has no zone, in words."""
        if key is None:
            return "names no zone"
        match = self.found[key]
        if match.proposal is not None:
            like = match.proposal
            return f"no zone is called {key[0]!r}; {like.zone_name!r} is alike ({like.score:.0f} of 100)"
        why = {"ambiguous": "several zones have this name", "left out": "a person left it out"}
        return f"{key[0]!r}: {why.get(match.how, 'no zone has this name or id')}"

    def silent(self) -> list[str]:
        """Zones of the level asked for (or of the level of those found) that no row is about: their names."""
        if self.gazetteer is None:
            return []
        met = {match.zone_id for match in self.found.values()}
        rows = self.gazetteer.zones
        levels = {rows[z]["level"] for z in met if z in rows}
        return [
            row["name"] or zone for zone, row in rows.items() if zone not in met and row["level"] in levels
        ]


def _cells(table: pa.Table, column: str) -> pa.ChunkedArray:
    if column in table.column_names:
        return table.column(column)
    return pa.chunked_array([pa.nulls(table.num_rows, pa.string())])
