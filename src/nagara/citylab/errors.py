"""The City Lab's one family of errors: written for people, and light to load."""

from __future__ import annotations


class CityLabError(Exception):
    """An error for people: what is wrong, where, how to mend it."""

    def __init__(self, what: str, *, where: str = "", mend: str = "") -> None:
        self.what, self.where, self.mend = what, where, mend
        super().__init__(what)

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        cure = f" {self.mend}" if self.mend else ""
        return f"{place}{self.what}{cure}"
