"""The zone that a row names (by id or by name), and whether its coordinates agree."""

from __future__ import annotations

from collections import Counter

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from nagara.citylab.findings import Findings
from nagara.citylab.sources import Options
from nagara.citylab.zones import ZoneFinder
from nagara.citylab.zones.names import Gazetteer, Match


class NamedZones:
    """Looks up the zones that rows name. `known["zone"]` of the options holds the city's zones.

    `[zone]` of the mapping file: `level` (number or word) where names are told apart by it, `drop` (words
    before names that do not count, such as the local word for district).
    """

    def __init__(self, options: Options, findings: Findings, *, column: str) -> None:
        section = options.map.get("zone", {})
        self._options, self._findings, self._column = options, findings, column
        self._zones = options.known.get("zone", pa.table({}))
        self._has = self._zones.num_rows > 0
        self._gazetteer: Gazetteer | None = None
        self._levels: dict[str, int] = {}
        self._shown: Counter[str] = Counter()
        if self._has:
            self._gazetteer = Gazetteer(self._zones, section.get("level"), section.get("drop", ()))
            pairs = zip(self._zones["zone_id"].to_pylist(), self._zones["level"].to_pylist(), strict=True)
            self._levels = {zone: level for zone, level in pairs if zone in self._gazetteer.zones}
        self._finders: dict[int, ZoneFinder] = {}

    def find(self, file: str, rows: npt.NDArray[np.int64], cells: pa.Array) -> pa.Array:
        """The zone_id that each cell names; null where it names none that is known."""
        names = [c for c in pc.unique(cells).to_pylist() if c]
        if not names:
            return pa.nulls(len(cells), pa.string())
        if self._gazetteer is None:
            self._findings.warn(
                "zones-unknown",
                f"column {self._column!r} names zones, but the city has none yet; the names are kept as ids.",
                file=file,
                row=int(rows[0]),
                column=self._column,
                count=len(cells) - cells.null_count,
                mend="Import the zones first, then this file again.",
            )
            return cells
        found: dict[str, str | None] = {n: n for n in names if n in self._levels}
        for (name, _), match in self._match([n for n in names if n not in found]).items():
            found[name] = match.zone_id
            if match.zone_id is None:
                at = pc.index(cells, name).as_py()
                self._unmatched(file, int(rows[at]), name, match, pc.sum(pc.equal(cells, name)).as_py())
        return pa.array([found.get(c) if c else None for c in cells.to_pylist()], pa.string())

    def _match(self, names: list[str]) -> dict[tuple[str, tuple[str, ...]], Match]:
        assert self._gazetteer is not None
        return self._gazetteer.match([(name, ()) for name in names], self._options.accept_matches)

    def _unmatched(self, file: str, row: int, name: str, match: Match, count: int) -> None:
        mend = "Correct the name, or confirm a match with --accept-matches."
        if match.proposal is not None:
            self._findings.proposals.append(match.proposal)
            like = f"{match.proposal.zone_name!r} ({match.proposal.zone_id})"
            mend = f"Is it {like}? Confirm with --accept-matches."
        self._findings.warn(
            "zone-not-found",
            "rows name a zone that the city does not have; they are kept without it.",
            file=file,
            row=row,
            column=self._column,
            count=count,
            example=name,
            mend=mend,
        )

    def compare(
        self,
        file: str,
        rows: npt.NDArray[np.int64],
        named: pa.Array,
        lon: npt.NDArray[np.float64],
        lat: npt.NDArray[np.float64],
    ) -> None:
        """A finding about rows whose coordinates lie in another zone than the one they name."""
        if self._gazetteer is None:
            return
        level = np.array([self._levels.get(z, -1) if z else -1 for z in named.to_pylist()], dtype=np.int64)
        both = (level >= 0) & ~np.isnan(lon)
        differs = np.zeros(len(rows), dtype=bool)
        lies: list[str | None] = [None] * len(rows)
        for one in np.unique(level[both]):
            here = np.flatnonzero(both & (level == one))
            if one not in self._finders:
                self._finders[one] = ZoneFinder(self._zones, int(one))
            if not len(self._finders[one].zone_ids):
                both[here] = False
                continue
            inside = self._finders[one].find(lon[here], lat[here]).to_pylist()
            for i, zone in zip(here.tolist(), inside, strict=True):
                lies[i] = zone
                differs[i] = zone != named[i].as_py()
        agree = int((both & ~differs).sum())
        self._findings.note(
            "zone-agrees", "coordinates lie in the zone that the row names.", file=file, count=agree
        )
        if differs.any():
            at = int(np.flatnonzero(differs)[0])
            self._findings.warn(
                "zone-disagrees",
                "coordinates lie in another zone than the one that the row names; both are kept.",
                file=file,
                row=int(rows[at]),
                column=self._column,
                count=int(differs.sum()),
                example=f"names {named[at].as_py()}, lies in {lies[at] or 'no zone'}",
                mend="Correct the coordinates or the zone.",
            )
