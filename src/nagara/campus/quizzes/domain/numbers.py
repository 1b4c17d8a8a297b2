"""Numbers as people type them. A comma or a point that could mean two things is asked about, not guessed."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from nagara.campus.quizzes.domain.expressions import plain

DECIMAL, THOUSANDS = "decimal", "thousands"
_SPACES = re.compile(r"[\s'’]+")
_SHAPE = re.compile(
    r"([+-]?)\s*([\d.,](?:[\d.,]|[\s'’](?=\d))*)(?:\s*[eE]([+-]?\d{1,3})(?![\w]))?(.*)", re.DOTALL
)
LONGEST = 60


@dataclass(frozen=True, slots=True)
class Reading:
    """How a text was read. `value` None: not read; then `problem` says why, or `either` has the two
    readings (as a decimal, as thousands) between which only the writer can choose. `rest` is what stands
    behind the number, such as a unit."""

    value: Decimal | None = None
    either: tuple[Decimal, Decimal] | None = None
    problem: str = ""
    rest: str = ""

    @property
    def says(self) -> str:
        """The number in one form, with a point."""
        return "" if self.value is None else plain(self.value)


def read(text: str, choice: str = "") -> Reading:  # noqa: PLR0911 (a case a line)
    """Read a number in any script's digits, with a comma or a point. `choice` is "decimal" or "thousands",
    where the writer was asked."""
    text = _ascii(text).strip()
    if not text:
        return Reading()
    if len(text) > LONGEST:
        return Reading(problem="This is too long for a number.")
    found = _SHAPE.fullmatch(text)
    if found is None:
        return Reading(problem="This does not begin with a number.")
    sign, body, exponent, rest = found.groups()
    values = _values(body, whole=not exponent)
    if isinstance(values, str):
        return Reading(problem=values)
    scaled = [Decimal(f"{sign}{value}").scaleb(int(exponent or 0)) for value in values]
    if len(scaled) == 1:
        return Reading(scaled[0], rest=rest.strip())
    if choice in (DECIMAL, THOUSANDS):
        return Reading(scaled[0 if choice == DECIMAL else 1], rest=rest.strip())
    return Reading(either=(scaled[0], scaled[1]), rest=rest.strip())


def _ascii(text: str) -> str:
    """Digits of any script as 0-9, any minus as "-"."""
    out = []
    for letter in text:
        digit = unicodedata.decimal(letter, None)
        out.append(str(digit) if digit is not None else "-" if letter in "−–‒" else letter)
    return "".join(out).replace("٫", ".").replace("٬", ",")


def _values(body: str, *, whole: bool) -> list[str] | str:  # noqa: PLR0911 (a case a line)
    """The one or two numbers that the digits may mean, as text with a point; or what is wrong."""
    spaced = _SPACES.search(body) is not None
    if spaced and not re.fullmatch(r"\d{1,3}(?:[\s'’]\d{3})+(?:[.,]\d*)?", body):
        return "There is a gap between the digits."
    body = _SPACES.sub("", body)
    marks = [letter for letter in body if letter in ",."]
    if not marks:
        return [body]
    if len(set(marks)) == 2:
        last = marks[-1]
        if marks.count(last) > 1:
            return "Point and comma are mixed."
        front, _, back = body.partition(last)
        other = "," if last == "." else "."
        return (
            [f"{front.replace(other, '')}.{back}"] if _grouped(front, other) else "Point and comma are mixed."
        )
    mark = marks[0]
    if len(marks) > 1:
        return [body.replace(mark, "")] if _grouped(body, mark) else "There is more than one point or comma."
    front, _, back = body.partition(mark)
    if not front and not back:
        return "This is no number."
    as_decimal = f"{front or '0'}.{back or '0'}"
    if whole and not spaced and len(back) == 3 and 1 <= len(front) <= 3 and front[0] != "0":
        return [as_decimal, front + back]
    return [as_decimal]


def _grouped(body: str, mark: str) -> bool:
    """Groups of three behind the first."""
    first, *others = body.split(mark)
    return 1 <= len(first) <= 3 and all(len(group) == 3 for group in others)
