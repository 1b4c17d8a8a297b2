# ruff: noqa: ARG002  (every kind has the same signatures)
"""A number with a unit, a time with its zone, a time of day, or a name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

from nagara.citylab import units
from nagara.citylab.labs.bench import in_order
from nagara.citylab.labs.kinds.kind import Ask, Body, Kind, Unfit, needed, right, wrong
from nagara.citylab.labs.model import BadAnswer, BadLab, Grade, Key, Posed, Task

_NUMBER = re.compile(r"([+-]?(?:\d[\d., ]*|[.,]\d+)(?:[eE][+-]?\d+)?)\s*(.*)", re.DOTALL)
_MONTHS = {
    m: i
    for i, names in enumerate(
        [
            "jan",
            "feb",
            "mar",
            "apr",
            "may/mei",
            "jun",
            "jul",
            "aug/agu/ags",
            "sep",
            "oct/okt",
            "nov",
            "dec/des",
        ],
        1,
    )
    for m in names.split("/")
}


def numbers(text: str) -> tuple[list[float], str]:
    """Every number that a text may mean, and what stands behind it (a unit).

    "1,234" is read as 1234 and as 1.234: both spellings are in use. Raises BadAnswer where it is no number.
    """
    plain = text.strip().replace("\u00a0", " ").replace("\u202f", " ").replace("−", "-").replace("'", "")
    plain = re.sub(r"^[≈~=]\s*", "", plain)
    found = _NUMBER.fullmatch(plain)
    if found is None:
        raise BadAnswer(f"{text.strip()[:40]!r} is not a number.", mend="Write a number such as 12.5.")
    digits, behind = found[1].strip(), found[2].strip()
    if " " in digits and not re.fullmatch(r"[+-]?\d{1,3}( \d{3})+([.,]\d+)?([eE][+-]?\d+)?", digits):
        raise BadAnswer(f"{text.strip()[:40]!r} is more than one number.", mend="Write one number.")
    digits = digits.replace(" ", "")
    try:
        return sorted({float(form) for form in _forms(digits)}), behind
    except ValueError:
        raise BadAnswer(
            f"{text.strip()[:40]!r} is not a number.", mend="Write a number such as 12.5."
        ) from None


def _forms(digits: str) -> list[str]:
    points, commas = digits.count("."), digits.count(",")
    if points and commas:
        last = max(digits.rfind("."), digits.rfind(","))
        whole = digits[:last].replace(".", "").replace(",", "")
        return [f"{whole}.{digits[last + 1 :]}"]
    sign = "," if commas else "."
    if points + commas > 1:
        if not re.fullmatch(r"[+-]?\d{1,3}([.,]\d{3})+", digits):
            raise ValueError(digits)
        return [digits.replace(sign, "")]
    decimal = digits.replace(",", ".")
    if points + commas == 1 and re.fullmatch(r"[+-]?[1-9]\d{0,2}[.,]\d{3}", digits):
        return [decimal, digits.replace(sign, "")]
    return [decimal]


def fold(text: Any) -> str:
    """A name without case, accents, signs and double spaces."""
    plain = unicodedata.normalize("NFKD", str(text)).casefold()
    kept = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return " ".join(kept.replace("đ", "d").split()) or plain.strip()


def _day(text: str) -> tuple[date, str] | None:
    """A day at the beginning of a text, and the rest: 2020-01-31, 31/1/2020, 31 Jan 2020."""
    if found := re.match(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", text):
        parts = int(found[1]), int(found[2]), int(found[3])
    elif found := re.match(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})", text):
        parts = int(found[3]), int(found[2]), int(found[1])
    elif (found := re.match(r"(\d{1,2})[ -]([A-Za-z]{3})[a-z]*\.?[ -](\d{4})", text)) and (
        month := _MONTHS.get(found[2].lower())
    ):
        parts = int(found[3]), month, int(found[1])
    else:
        return None
    try:
        return date(*parts), text[found.end() :].lstrip(" T,").strip()
    except ValueError:
        return None


def clock_seconds(text: str) -> int:
    """Seconds past midnight of a time of day: 05:10, 5.10, 5:10 am, 25:10 (after midnight)."""
    found = re.fullmatch(
        r"(\d{1,2})\s*[:.h]\s*(\d{2})(?:\s*[:.]\s*(\d{2})(?:\.\d+)?)?\s*([ap]\.?m\.?)?", text.strip().lower()
    )
    if found is None:
        found = re.fullmatch(r"(\d{1,2})()()\s*([ap]\.?m\.?)", text.strip().lower())
    if found is None or int(found[2] or 0) > 59 or int(found[3] or 0) > 59:
        raise BadAnswer(f"{text.strip()[:40]!r} is not a time of day.", mend="Write it like 07:45.")
    hour = int(found[1])
    if found[4]:
        hour = hour % 12 + (12 if found[4].startswith("p") else 0)
    return hour * 3600 + int(found[2] or 0) * 60 + int(found[3] or 0)


def _zone(name: str, tz: str) -> timezone | ZoneInfo:
    if name in {"", "city", tz}:
        return ZoneInfo(tz)
    if name.upper() in {"UTC", "Z", "GMT"}:
        return UTC
    if found := re.fullmatch(r"(?:UTC|GMT)?([+-])(\d{1,2}):?(\d{2})?", name.strip()):
        seconds = int(found[2]) * 3600 + int(found[3] or 0) * 60
        return timezone(timedelta(seconds=seconds if found[1] == "+" else -seconds))
    try:
        return ZoneInfo(name)
    except (ValueError, KeyError, OSError):
        raise BadAnswer(f"{name[:40]!r} is not a time zone.", mend="Choose one from the list.") from None


def moment(text: str, zone: str, tz: str) -> datetime | date:
    """A time as UTC without zone, or a day where no time of day was written. Raises BadAnswer."""
    got = _day(text.strip())
    if got is None:
        raise BadAnswer(f"{text.strip()[:40]!r} is not a time.", mend="Write it like 2020-01-31 17:30.")
    day, rest = got
    if not rest:
        return day
    if found := re.search(r"\s*(Z|UTC|GMT|(?:UTC|GMT)?[+-]\d{1,2}(?::?\d{2})?)$", rest):
        rest, zone = rest[: found.start()], found[1]
    seconds = clock_seconds(rest.strip())
    wall = datetime.combine(day, time()) + timedelta(seconds=seconds)
    return wall.replace(tzinfo=_zone(zone, tz)).astimezone(UTC).replace(tzinfo=None)


class Value(Kind):
    name = "value"

    def make(self, task: Task, ask: Ask) -> tuple[Body, Body]:
        rows = ask.rows(task.reference, "reference")
        if not rows:
            raise Unfit("the reference gives no row")
        columns = list(rows[0])
        if "value" not in columns and len(columns) > 1:
            raise BadLab("the reference must give a column called value.", where=f"task {task.id}")
        column = "value" if "value" in columns else columns[0]
        values = [row[column] for row in in_order(rows) if row[column] is not None]
        if not values:
            raise Unfit("the reference gives no value")
        if len(values) > 20:
            raise Unfit("more than 20 values are right")
        self._check(task, values[0])
        zones = [ask.tz, "UTC"] if task.match == "time" else []
        units_shown = list(task.units) or ([task.unit] if task.unit else [])
        show = {"unit": task.unit, "units": units_shown, "match": task.match, "zones": zones}
        return show, {"values": values, "tz": ask.tz}

    @staticmethod
    def _check(task: Task, value: Any) -> None:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if task.match == "number" and not number:
            raise BadLab(
                f"the reference gives {value!r}, not a number.",
                where=f"task {task.id}",
                mend='Write match = "text", "time" or "clock".',
            )
        if task.match == "time" and not (isinstance(value, str) and _day(value)):
            raise BadLab("the reference must give a timestamp or a date.", where=f"task {task.id}")
        if task.match == "clock" and not number:
            raise BadLab("the reference must give seconds past midnight.", where=f"task {task.id}")

    def grade(self, task: Task, posed: Posed, key: Key, answer: Mapping[str, Any]) -> Grade:
        text = str(needed(answer, "text", (str, int, float), "the answer")).strip()
        if not text:
            raise BadAnswer("there is no answer yet.", mend="Write one, then check again.")
        if len(text) > 200:
            raise BadAnswer("this answer is too long.", mend="Write the value alone.")
        wanted = key.body["values"]
        if task.match == "text":
            met = fold(text) in {fold(v) for v in wanted} | self._also(task, key)
            return right(task) if met else wrong(task)
        if task.match == "clock":
            seconds, most = clock_seconds(text), task.tolerance.get("absolute", 60.0)
            return right(task) if any(abs(seconds - v) <= most for v in wanted) else wrong(task)
        if task.match == "time":
            given = moment(text, str(answer.get("zone") or task.answer_zone or "city"), key.body["tz"])
            return right(task) if any(self._same_time(task, given, v) for v in wanted) else wrong(task)
        given_numbers = self._in_unit(task, text, str(answer.get("unit") or ""))
        met = any(close(n, v, task.tolerance) for n in given_numbers for v in wanted)
        return right(task) if met else wrong(task)

    @staticmethod
    def _also(task: Task, key: Key) -> set[str]:
        """Other spellings of the right answer; a mistake has none."""
        return {fold(v) for v in task.accepts} if key.explains else set()

    @staticmethod
    def _same_time(task: Task, given: datetime | date, wanted: str) -> bool:
        at = datetime.fromisoformat(wanted)
        if len(wanted) == 10:
            day = given.date() if isinstance(given, datetime) else given
            return day == at.date()
        if not isinstance(given, datetime):
            raise BadAnswer("the time of day is missing.", mend="Write it like 2020-01-31 17:30.")
        return abs((given - at).total_seconds()) <= task.tolerance.get("absolute", 60.0)

    @staticmethod
    def _in_unit(task: Task, text: str, unit: str) -> list[float]:
        """The numbers that a text may mean, in the task's unit."""
        found, behind = numbers(text)
        if not task.unit:
            return found
        code = unit or task.unit
        if behind:
            named = units.normalise(behind)
            if named is None:
                raise BadAnswer(
                    f"{behind[:30]!r} is not a known unit.", mend=f"Write the value in {task.unit}."
                )
            code = named
        try:
            return [float(units.convert(n, code, task.unit)) for n in found]
        except units.UnknownUnit:
            raise BadAnswer(
                f"{code} measures something else than {task.unit}.", mend=f"Write the value in {task.unit}."
            ) from None

    def answer_from(self, task: Task, posed: Posed, body: Body) -> dict[str, Any]:
        value = body["values"][0]
        if task.match == "clock":
            return {"text": clock_text(value)}
        if task.match == "time" and len(value) > 10:
            zone = ZoneInfo(body["tz"])
            wall = datetime.fromisoformat(value).replace(tzinfo=UTC).astimezone(zone)
            return {"text": f"{wall:%Y-%m-%d %H:%M:%S}", "zone": body["tz"]}
        return {"text": str(value), "unit": task.unit}

    def told(self, task: Task, posed: Body, body: Body) -> str:
        value = body["values"][0]
        if task.match == "clock":
            return clock_text(value)
        if task.match == "time" and len(value) > 10:
            wall = datetime.fromisoformat(value).replace(tzinfo=UTC).astimezone(ZoneInfo(body["tz"]))
            return f"{wall.day} {wall:%b %Y, %H:%M} ({body['tz']})"
        if task.match == "time":
            return f"{(day := date.fromisoformat(value)).day} {day:%b %Y}"
        if task.match == "text":
            return str(value)
        unit = re.sub(r"[{}\[\]]|_i\b", "", task.unit).strip() if task.unit != "1" else ""
        return f"{number_text(value)} {unit}".strip()


def clock_text(seconds: float) -> str:
    whole = round(seconds)
    text = f"{whole // 3600:02d}:{whole // 60 % 60:02d}"
    return text if whole % 60 == 0 else f"{text}:{whole % 60:02d}"


def number_text(value: float) -> str:
    """A number as people read it: 12,345.6; at most four digits behind the first that counts."""
    if isinstance(value, int) or float(value).is_integer():
        return f"{int(value):,}"
    return f"{value:,.1f}" if abs(value) >= 1000 else f"{value:.4g}"


def close(given: float, wanted: float, tolerance: Mapping[str, float]) -> bool:
    """Whether a number is within the task's tolerance: 1 % where it says nothing, exact for whole numbers."""
    if not tolerance:
        tolerance = {"absolute": 1e-6} if isinstance(wanted, int) else {"relative": 0.01}
    most = max(tolerance.get("relative", 0.0) * abs(wanted), tolerance.get("absolute", 0.0))
    return abs(given - wanted) <= most + 1e-9 * max(1.0, abs(wanted))
