"""Rows that stand twice: the same id, the same row, the same name at the same spot."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from nagara.citylab.findings import Findings

METRES_A_DEGREE = 111_195.0
"""Along a meridian, on a sphere of 6,371 km."""

Row = tuple[str | None, ...]


class Ids:
    """Gives every row of a source an id of its own, chunk after chunk.

    An exact twin (the same row under the same id) is dropped and counted once; a row that differs but has
    the same id is kept as "id#2" and flagged; a row without an id gets one made from what it says.
    """

    def __init__(self, findings: Findings, *, column: str) -> None:
        self._findings, self._column = findings, column
        self._seen: dict[str, set[Row]] = {}

    def take(
        self, file: str, row: int, given: str | None, content: Row, *, label: str | None = None
    ) -> str | None:
        """The id of a row; None where the row was there before and must be left out. `label`: for people."""
        name = given or _made(content)
        before = self._seen.setdefault(name, set())
        if content in before:
            if given or any(content):
                self._findings.repair(
                    "duplicate-row",
                    "rows that stand twice were counted once.",
                    file=file,
                    row=row,
                    column=self._column if given else "",
                    example=given or label or "",
                )
            return None
        before.add(content)
        if len(before) == 1:
            return name
        self._findings.warn(
            "duplicate-id",
            "different rows have the same id; the later ones got #2, #3, ... at its end.",
            file=file,
            row=row,
            column=self._column,
            example=name,
            mend="Give each row an id of its own.",
        )
        number = len(before)
        while (unique := f"{name}#{number}") in self._seen:
            number += 1
        self._seen[unique] = {content}
        return unique


def _made(content: Row) -> str:
    """An id for a row without one: the same row gets the same id in every edition."""
    text = "\x1f".join(cell or "" for cell in content)
    return "~" + hashlib.sha256(text.encode()).hexdigest()[:16]


class NearTwins:
    """Collects places chunk by chunk; `tell` says which bear one name within some metres of another."""

    def __init__(self, metres: float, what: str) -> None:
        self._metres, self._what = metres, what
        self._at: list[tuple[str, int]] = []
        self._names: list[str | None] = []
        self._lon: list[npt.NDArray[np.float64]] = []
        self._lat: list[npt.NDArray[np.float64]] = []

    def add(
        self,
        file: str,
        rows: npt.NDArray[np.int64],
        names: Sequence[str | None],
        lon: npt.NDArray[np.float64],
        lat: npt.NDArray[np.float64],
    ) -> None:
        self._at += [(file, row) for row in rows.tolist()]
        self._names += names
        self._lon.append(lon)
        self._lat.append(lat)

    def tell(self, findings: Findings) -> None:
        if not self._names or self._metres <= 0:
            return
        lon, lat = np.concatenate(self._lon), np.concatenate(self._lat)
        for i in np.flatnonzero(near_twins(self._names, lon, lat, metres=self._metres)):
            file, row = self._at[i]
            findings.warn(
                "near-duplicate",
                f"{self._what} of one name within {self._metres:g} m of another; all are kept.",
                file=file,
                row=row,
                example=self._names[i] or "",
                mend="Take out those that are the same.",
            )


def near_twins(
    names: Sequence[str | None],
    lon: npt.NDArray[np.float64],
    lat: npt.NDArray[np.float64],
    *,
    metres: float,
) -> npt.NDArray[np.bool_]:
    """Rows that bear the same name as an earlier row within `metres` (degrees WGS 84; flat on this scale)."""
    marked = np.zeros(len(names), dtype=bool)
    groups: dict[str, list[int]] = {}
    for i, name in enumerate(names):
        if name and not np.isnan(lon[i]):
            groups.setdefault(" ".join(name.casefold().split()), []).append(i)
    for members in groups.values():
        if len(members) > 1:
            marked[list(_close(members, lon, lat, metres))] = True
    return marked


def _close(
    members: list[int], lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64], metres: float
) -> Iterable[int]:
    """Members that lie near an earlier one: by squares as wide as the distance, so that all pairs are few."""
    squares: dict[tuple[int, int], list[int]] = {}
    for i in members:
        y = lat[i] * METRES_A_DEGREE
        x = lon[i] * METRES_A_DEGREE * np.cos(np.radians(lat[i]))
        column, row = int(x // metres), int(y // metres)
        around = (
            j for dx in (-1, 0, 1) for dy in (-1, 0, 1) for j in squares.get((column + dx, row + dy), ())
        )
        scale = np.cos(np.radians(lat[i]))
        if any(
            np.hypot((lon[i] - lon[j]) * scale, lat[i] - lat[j]) * METRES_A_DEGREE <= metres for j in around
        ):
            yield i
        squares.setdefault((column, row), []).append(i)
