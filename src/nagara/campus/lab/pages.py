"""Pages of a long list, without counting what nobody asked for."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest


@dataclass(frozen=True)
class Page:
    """Where a reader is: page `number` of `last`, rows `first` to `until` of `total`."""

    number: int
    last: int
    first: int
    until: int
    total: int

    @property
    def before(self) -> int:
        return self.number - 1

    @property
    def after(self) -> int:
        return self.number + 1 if self.number < self.last else 0


def page_of(request: HttpRequest, total: int, size: int, *, most: int = 10_000) -> Page:
    """The page that `?page=` asks for, kept within what there is."""
    last = max(1, min(most, -(-total // size)))
    asked = request.GET.get("page", "1")
    number = min(max(1, int(asked) if asked.isdecimal() and len(asked) < 10 else 1), last)
    first = (number - 1) * size + 1 if total else 0
    return Page(number, last, first, min(number * size, total), total)
