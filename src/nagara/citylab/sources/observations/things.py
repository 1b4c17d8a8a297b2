"""Things (stations) met in observations: codes, names, places, and disagreements about them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from nagara.citylab.findings import Findings
from nagara.citylab.sources import Options
from nagara.citylab.sources.observations.plan import Station
from nagara.citylab.sources.text import read_text, to_float
from nagara.citylab.tables import TABLES

NEAR_METRES = 100.0
Codes = npt.NDArray[np.int32]


@dataclass
class Thing:
    """One station, as first described; what later rows say differently is counted."""

    thing_id: str
    name: str | None = None
    lon: float | None = None
    lat: float | None = None
    zone: str | None = None
    kind: str | None = None
    attributes: dict[str, str] = field(default_factory=dict)
    from_city: bool = False  # already in the city, from another source

    @property
    def placed(self) -> bool:
        return self.lon is not None and self.lat is not None


class Things:
    """All things of one import."""

    def __init__(self, station: Station, options: Options, findings: Findings) -> None:
        self.station, self.options, self.findings = station, options, findings
        self.codes: dict[str, int] = {}
        self.things: list[Thing] = []
        self._seen: set[tuple[int, str, Any]] = set()
        self._spelled: dict[str, dict[str, int]] = {}
        self._known = _known(options)

    def __len__(self) -> int:
        return len(self.things)

    def code(self, thing_id: str) -> int:
        """The number of a thing; a new one where it was not met before."""
        number = self.codes.get(thing_id)
        if number is None:
            number = self.codes[thing_id] = len(self.things)
            self.things.append(Thing(thing_id, kind=self.station.kind))
        return number

    def name_of(self, code: int) -> str:
        return self.things[code].thing_id

    def read(self, table: pa.Table, file: str, first_row: int) -> Codes:
        """Numbers of the things of each row (-1 where the row names none); their descriptions are noted."""
        if self.station.fixed is not None:
            fixed = self.station.fixed.replace("{file}", Path(file).name.split(".")[0])
            code = self.code(fixed)
            self._describe_fixed(self.things[code])
            return np.full(table.num_rows, code, np.int32)
        text = table.column(self.station.columns[0])
        if len(self.station.columns) > 1:
            text = pc.binary_join_element_wise(*(table.column(c) for c in self.station.columns), " / ")
        codes = self._coded(text)
        for column in self.station.extra:
            self._describe(codes, column, table.column(column), file, first_row)
        return codes

    def _coded(self, text: pa.ChunkedArray) -> Codes:
        coded = (
            text.combine_chunks().dictionary_encode()
            if text.num_chunks != 1
            else text.chunk(0).dictionary_encode()
        )
        if isinstance(coded, pa.ChunkedArray):
            coded = coded.unify_dictionaries().combine_chunks()
        words = coded.dictionary.to_pylist()
        numbers = np.array([self.code(self._id(word)) for word in words] or [-1], np.int32)
        indices = pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False)
        return np.where(indices < 0, np.int32(-1), numbers[indices]).astype(np.int32)

    def _id(self, word: str) -> str:
        given = word
        word = " ".join(word.split())
        if word in self.station.rename:
            word = self.station.rename[word]
        elif self.station.pattern:
            found = re.search(self.station.pattern, word)
            word = (found[1] if found.groups() else found[0]) if found else word
        self._spelled.setdefault(word, {}).setdefault(given, 1)
        return word

    def _describe_fixed(self, thing: Thing) -> None:
        thing.name = thing.name or self.station.name
        if isinstance(self.station.lon, (int, float)) and isinstance(self.station.lat, (int, float)):
            thing.lon, thing.lat = float(self.station.lon), float(self.station.lat)
        thing.zone = thing.zone or self.station.zone

    def _describe(
        self, codes: Codes, column: str, values: pa.ChunkedArray, file: str, first_row: int
    ) -> None:
        """Note every distinct (thing, value) of one describing column, once."""
        coded = pa.chunked_array(values.chunks).combine_chunks().dictionary_encode()
        if isinstance(coded, pa.ChunkedArray):
            coded = coded.unify_dictionaries().combine_chunks()
        indices = pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
        pairs = codes.astype(np.int64) * (len(coded.dictionary) + 1) + indices
        pairs = np.where((codes < 0) | (indices < 0), -1, pairs)
        distinct, firsts = np.unique(pairs, return_index=True)
        words = coded.dictionary.to_pylist()
        for pair, at in sorted(zip(distinct.tolist(), firsts.tolist(), strict=True), key=lambda p: p[1]):
            if pair >= 0:
                thing = pair // (len(words) + 1)
                word = words[pair % (len(words) + 1)]
                if (thing, column, word) not in self._seen:
                    self._seen.add((thing, column, word))
                    self._learn(self.things[thing], column, word, file, first_row + at)

    def _learn(self, thing: Thing, column: str, word: str, file: str, row: int) -> None:
        if column == self.station.name:
            if thing.name is not None and thing.name != word:
                self._differ(thing, "name", thing.name, word, file, row, column)
            thing.name = thing.name or word
        elif column == self.station.zone:
            thing.zone = thing.zone or word
        elif column in (self.station.lon, self.station.lat):
            self._place(thing, "lon" if column == self.station.lon else "lat", word, file, row, column)
        if column in self.station.attributes:
            if thing.attributes.get(column, word) != word:
                self._differ(thing, column, thing.attributes[column], word, file, row, column)
            thing.attributes.setdefault(column, word)

    def _place(self, thing: Thing, axis: str, word: str, file: str, row: int, column: str) -> None:
        value, bad = to_float(pa.array([word]), self.findings, file=file, first_row=row, column=column)
        number = value[0].as_py()
        if bad[0].as_py() or number is None:
            return
        old = getattr(thing, axis)
        if old is None:
            setattr(thing, axis, number)
        elif abs(old - number) * 111_320 > NEAR_METRES:
            self._differ(thing, "place", f"{axis} {old}", f"{axis} {number}", file, row, column)

    def _differ(self, thing: Thing, what: str, old: str, new: str, file: str, row: int, column: str) -> None:
        self.findings.warn(
            f"two-{what}s" if what in ("name", "place") else "two-descriptions",
            f"a station has more than one {what}; the first is kept.",
            file=file,
            row=row,
            column=column,
            example=f"{thing.thing_id}: {old} and {new}",
            mend="Correct the station, or give the later one an id of its own.",
        )

    def add_file(self, path: Path, spec: Station, map: Mapping[str, Any]) -> None:
        """Describe things from a file of stations: only those already met, others are not observed here."""
        table = read_text(path, self.findings, map=map, columns=[*spec.columns, *spec.extra])
        self._take_stations(table, spec, only_met=True)

    def add_stations(self, table: Any) -> None:
        """Things from a file that holds stations alone."""
        self._take_stations(table, self.station, only_met=False)

    def _take_stations(self, table: Any, spec: Station, *, only_met: bool) -> None:
        mine, self.station = self.station, spec
        unused = 0
        try:
            for first_row, chunk in table.chunks:
                rows = chunk
                if only_met:
                    ids = chunk.column(spec.columns[0]).to_pylist()
                    met = [word is not None and self._id(word) in self.codes for word in ids]
                    unused += met.count(False)
                    rows = chunk.filter(pa.array(met))
                codes = self.read(rows, table.file, first_row)
                if (missing := int((codes < 0).sum())) and not only_met:
                    self.findings.refuse(
                        "no-station", "rows that name no station.", file=table.file, count=missing
                    )
        finally:
            self.station = mine
        self.findings.note(
            "stations-unused",
            "stations in the stations file that nothing was observed at.",
            file=table.file,
            count=unused,
        )

    def settle(self) -> None:
        """Compare with the things already in the city; check coordinates; say what has none."""
        self._spelling()
        taken = []
        for thing in self.things:
            self._sane(thing)
            known = self._known.get(thing.thing_id)
            if known is None:
                continue
            if not thing.placed and known["lon"] is not None:
                thing.from_city = True
                taken.append(thing.thing_id)
            elif thing.placed and known["lon"] is not None:
                self._compare(thing, known)
        if taken:
            self.findings.note(
                "station-known",
                f"stations already in the city from another source were used: {_listing(taken)}.",
                count=len(taken),
            )
        bare = [t.thing_id for t in self.things if not t.placed and not t.from_city]
        if bare:
            self.findings.warn(
                "no-coordinates",
                f"stations without coordinates were kept; they show in no map: {_listing(bare)}.",
                count=len(bare),
                example=bare[0],
                mend="Give a stations file with lon and lat, under [stations] of the mapping file.",
            )

    def _spelling(self) -> None:
        for thing_id, given in sorted(self._spelled.items()):
            if len(given) > 1 and not (self.station.rename or self.station.pattern):
                self.findings.repair(
                    "station-spelling",
                    "a station is written in more than one way; it is taken as one.",
                    example=f"{thing_id}: {', '.join(sorted(map(repr, given)))}",
                )
        folded: dict[str, list[str]] = {}
        for thing_id in self.codes:
            folded.setdefault("".join(ch for ch in thing_id.casefold() if ch.isalnum()), []).append(thing_id)
        for alike in folded.values():
            if len(alike) > 1:
                self.findings.warn(
                    "station-alike",
                    "stations whose ids differ only in case, blanks or signs are kept apart.",
                    count=len(alike),
                    example=" and ".join(sorted(alike)),
                    mend="If they are one, name it in [thing.rename].",
                )

    def _sane(self, thing: Thing) -> None:
        if not thing.placed:
            if thing.lon is not None or thing.lat is not None:
                thing.lon = thing.lat = None
            return
        lon, lat = float(thing.lon or 0), float(thing.lat or 0)
        box = self.options.bbox
        swapped = abs(lon) <= 90 and box is not None and _within(lat, lon, box) and not _within(lon, lat, box)
        if swapped:
            thing.lon, thing.lat = lat, lon
            self.findings.repair(
                "swapped-coordinates",
                "longitude and latitude were swapped; they lie in the city the other way round.",
                example=f"{thing.thing_id}: lon {lon}, lat {lat}",
                mend="Swap lon and lat in the mapping file.",
            )
        elif abs(lat) > 90 or abs(lon) > 180 or (lon == 0 and lat == 0):
            thing.lon = thing.lat = None
            self.findings.warn(
                "impossible-place",
                "coordinates that no place has were left out; the station was kept.",
                example=f"{thing.thing_id}: lon {lon}, lat {lat}",
                mend="Correct the coordinates.",
            )
        elif box is not None and not _within(lon, lat, box):
            self.findings.warn(
                "outside-city",
                "stations far outside the city's frame.",
                example=f"{thing.thing_id}: lon {lon}, lat {lat}",
                mend="Check the coordinates and their order.",
            )

    def _compare(self, thing: Thing, known: Mapping[str, Any]) -> None:
        metres = _metres(float(thing.lon or 0), float(thing.lat or 0), known["lon"], known["lat"])
        if metres > NEAR_METRES:
            self.findings.warn(
                "sources-disagree",
                f"stations whose place differs from source {known['source_id']} by more than"
                f" {NEAR_METRES:.0f} m; both are kept.",
                example=f"{thing.thing_id}: {metres:,.0f} m apart",
                mend="Find out which source is right.",
            )
        elif thing.name and known["name"] and thing.name != known["name"]:
            self.findings.note(
                "names-differ",
                f"stations named otherwise in source {known['source_id']}.",
                example=f"{thing.thing_id}: {thing.name!r} and {known['name']!r}",
            )

    def table(self) -> pa.Table:
        """The things as canonical rows; those that another source describes are left to it."""
        rows = [
            {
                "thing_id": t.thing_id,
                "kind": t.kind,
                "name": t.name or t.thing_id,
                "lon": t.lon,
                "lat": t.lat,
                "zone_id": t.zone,
                "attributes": json.dumps(t.attributes, ensure_ascii=False, sort_keys=True)
                if t.attributes
                else None,
            }
            for t in self.things
            if not t.from_city
        ]
        names = ("thing_id", "kind", "name", "lon", "lat", "zone_id", "attributes")
        schema = pa.schema([TABLES["thing"].schema.field(name) for name in names])
        return pa.Table.from_pylist(rows, schema=schema)


def _known(options: Options) -> dict[str, dict[str, Any]]:
    table = options.known.get("thing")
    if table is None:
        return {}
    rows = table.select(["thing_id", "name", "lon", "lat", "source_id"]).to_pylist()
    rows = [row for row in rows if row["source_id"] != options.source_id]
    rows.sort(key=lambda row: (row["lon"] is None, row["source_id"]), reverse=True)
    return {row["thing_id"]: row for row in rows}


def _within(lon: float, lat: float, box: tuple[float, float, float, float]) -> bool:
    west, south, east, north = box
    return west - 1 <= lon <= east + 1 and south - 1 <= lat <= north + 1


def _metres(lon: float, lat: float, lon2: float, lat2: float) -> float:
    east = (lon - lon2) * 111_320 * np.cos(np.deg2rad((lat + lat2) / 2))
    return float(np.hypot(east, (lat - lat2) * 111_320))


def _listing(names: list[str]) -> str:
    shown = ", ".join(sorted(names)[:60])
    return f"{shown} and {len(names) - 60} more" if len(names) > 60 else shown
