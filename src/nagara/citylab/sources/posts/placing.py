"""From the exact point to the zone, then to the coarse cell; the point itself goes no further.

The zone at the declared level is set from the exact point first; then the point is coarsened to its H3 cell
at resolution 8 (about 0.7 km2). Points outside every zone keep their cell.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from nagara.citylab.cells import cells_of
from nagara.citylab.findings import Findings
from nagara.citylab.sources import Options
from nagara.citylab.sources.posts.plan import Plan, refusal, section
from nagara.citylab.tables import H3_POST
from nagara.citylab.zones import ZoneFinder
from nagara.citylab.zones.names import Gazetteer

Floats = npt.NDArray[np.float64]


class Placing:
    """Places the posts of one import."""

    def __init__(self, plan: Plan, file: str, options: Options, findings: Findings) -> None:
        self._options, self._findings = options, findings
        zones = options.known.get("zone")
        self._zones = zones if zones is not None and zones.num_rows else None
        self._level = self._declared(plan, file)
        self._finder = (
            ZoneFinder(self._zones, self._level) if self._zones is not None and plan.located else None
        )
        self._gazetteer = self._parents = None
        if self._zones is not None and plan.zone is not None:
            self._gazetteer = Gazetteer(self._zones, None, section(options, "zone").get("drop", ()))
            columns = ("zone_id", "parent_id", "level")
            rows = zip(*(self._zones.column(c).to_pylist() for c in columns), strict=True)
            self._parents = {zone: (parent, level) for zone, parent, level in rows}

    def _declared(self, plan: Plan, file: str) -> int:
        """The level that `[place] zone_level` names, by number or word. Raises Refusal: must be asked."""
        if not plan.located and plan.zone is None:
            return 0
        if self._zones is None:
            self._findings.warn(
                "no-zones",
                "the city has no zones yet, so posts have none either: only their coarse cell is kept.",
                file=file,
                mend="Import the zones first, then these posts again.",
            )
            return 0
        names = dict(
            zip(self._zones["level"].to_pylist(), self._zones["level_name"].to_pylist(), strict=True)
        )
        listed = ", ".join(f"{n} ({names[n]})" if names[n] else str(n) for n in sorted(names))
        said = section(self._options, "place").get("zone_level")
        mend = f"Say [place] zone_level = ... in the mapping file: {listed}."
        if said is None:
            what = "which level of zones is coarse enough for people's posts?"
            raise refusal("no-zone-level", what, mend, file, self._findings)
        for number, word in names.items():
            if said == number or str(said).casefold() == str(word or "").casefold():
                return int(number)
        raise refusal(
            "unknown-zone-level", f"the city has no zones of level {said!r}.", mend, file, self._findings
        )

    def place(
        self, lon: Floats, lat: Floats, named: pa.Array, *, file: str, first_row: int
    ) -> Mapping[str, pa.Array]:
        """zone_id, h3 and geo_method of each post; `lon`, `lat` in degrees, NaN where there is no point."""
        located = ~np.isnan(lon)
        none = pa.nulls(len(lon), pa.string())
        zone = self._finder.find(lon, lat) if self._finder is not None else none
        if self._finder is not None:
            outside = located & np.asarray(zone.is_null().to_numpy(zero_copy_only=False), bool)
            if outside.any():
                self._findings.note(
                    "outside-zones",
                    "posts lie in no zone; only their coarse cell is kept.",
                    file=file,
                    row=first_row + int(np.flatnonzero(outside)[0]),
                    count=int(outside.sum()),
                )
        by_name = self._by_name(named, file, first_row)
        method = pc.if_else(
            pa.array(located),
            pa.scalar("point"),
            pc.if_else(by_name.is_valid(), pa.scalar("zone_name"), pa.scalar("none")),
        )
        return {
            "zone_id": pc.coalesce(zone, by_name),
            "h3": cells_of(lon, lat, H3_POST),
            "geo_method": method,
        }

    def _by_name(self, named: pa.Array, file: str, first_row: int) -> pa.Array:
        """Zones that posts name, brought up to the declared level."""
        if self._gazetteer is None or self._parents is None or named.null_count == len(named):
            return pa.nulls(len(named), pa.string())
        names = [n for n in pc.unique(named).to_pylist() if n]
        known = {n: n for n in names if n in self._parents}
        keys: list[tuple[str, tuple[str, ...]]] = [(n, ()) for n in names if n not in known]
        matches: Any = self._gazetteer.match(keys, self._options.accept_matches)
        found = {n: self._climbed(z) for n, z in known.items()}
        found |= {key[0]: self._climbed(match.zone_id) for key, match in matches.items()}
        zones = pa.array([found.get(n) if n else None for n in named.to_pylist()], pa.string())
        lost = pc.and_(named.is_valid(), zones.is_null())
        if count := pc.sum(lost).as_py():
            self._findings.warn(
                "zone-not-found",
                "posts name a zone that the city does not have, or one larger than the declared level.",
                file=file,
                row=first_row + pc.index(lost, True).as_py(),
                count=count,
                mend="Correct the names, or confirm matches with --accept-matches.",
            )
        return zones

    def _climbed(self, zone: str | None) -> str | None:
        """The zone of the declared level that holds `zone`; None where it is larger than that."""
        assert self._parents is not None
        while zone in self._parents and self._parents[zone][1] > self._level:
            zone = self._parents[zone][0]
        return zone if zone in self._parents and self._parents[zone][1] == self._level else None
