"""Reading a table of past participants: XLSX or CSV in, rows and findings out. Nothing is kept here."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from nagara.campus.people.countries import code_of
from nagara.campus.people.names import searchable
from nagara.citylab.errors import CityLabError

MOST_ROWS = 20_000
COLUMNS: dict[str, tuple[str, str, bool, tuple[str, ...]]] = {
    # field: (title, what it holds, needed, other titles that are understood)
    "email": ("E-mail", "the person's address; empty where it is unknown", False, ("email", "mail")),
    "passport_name": ("Name as in passport", "in one cell", True, ("name", "full name", "participant")),
    "preferred_name": ("Name to be called by", "", False, ("preferred name", "nickname")),
    "native_name": ("Name in own script", "", False, ("native name", "name in native script")),
    "country": ("Country", "name or two-letter code", False, ("state", "nationality")),
    "sex": ("Sex", "woman, man, other, or empty", False, ("gender",)),
    "phone": ("Phone", "with the code of the country", False, ("mobile", "telephone")),
    "programme_title": ("Programme", "such as Short course", True, ("track", "course")),
    "batch_title": ("Batch", "such as ASCN Short Course 2023", True, ("batch title", "cohort")),
    "year": ("Year", "four digits", True, ("year of batch",)),
    "city_text": ("City", "as people write it", False, ("municipality",)),
    "certificate_number": ("Certificate number", "", False, ("certificate no", "certificate id")),
    "certificate_kind": ("Certificate", "Completion or Participation", False, ("certificate kind", "kind")),
}
_SEX = {
    **dict.fromkeys(("woman", "female", "f", "w"), "woman"),
    **dict.fromkeys(("man", "male", "m"), "man"),
    **dict.fromkeys(("other", "x", "non-binary"), "other"),
}
LONGEST = {"passport_name": 200, "preferred_name": 120, "native_name": 200, "phone": 40, "city_text": 160}
LONGEST |= {"programme_title": 200, "batch_title": 200, "certificate_number": 80, "certificate_kind": 80}


@dataclass(frozen=True)
class Finding:
    """Something about a cell: `stops` where the table cannot be taken with it."""

    row: int
    column: str
    what: str
    mend: str
    stops: bool = True


@dataclass
class Table:
    """What was read: rows as the model wants them, each with its number in the file as `row`."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def findings_as_json(self) -> list[dict[str, Any]]:
        return [asdict(finding) for finding in self.findings]


def read(data: bytes, name: str) -> Table:
    """Read a file. Raises CityLabError where it is no such table at all."""
    cells = _from_csv(data) if name.lower().endswith(".csv") else _from_workbook(data)
    cells = [(number, row) for number, row in cells if any(_text(cell) for cell in row)]
    if not cells:
        raise CityLabError("The file has no rows.", mend="Use the sample table, and fill it.")
    if len(cells) > MOST_ROWS:
        raise CityLabError(
            f"The file has {len(cells)} rows, more than {MOST_ROWS}.", mend="Bring it in several files."
        )
    places = _places(cells[0][1])
    table = Table()
    for number, row in cells[1:]:
        said = {name: _text(row[at]) if at < len(row) else "" for name, at in places.items()}
        table.rows.append(_checked(said, number, table.findings))
    _twice(table)
    return table


def _from_workbook(data: bytes) -> list[tuple[int, list[Any]]]:
    """The first sheet, with values where cells hold formulas (as the office program last counted them)."""
    from python_calamine import CalamineError, load_workbook

    try:
        sheet = load_workbook(io.BytesIO(data)).get_sheet_by_index(0)
    except (CalamineError, OSError, IndexError, ValueError) as error:
        raise CityLabError(
            "The file cannot be read as a workbook.",
            mend="Save it as XLSX or CSV (UTF-8) and bring it again.",
        ) from error
    first = (sheet.start or (0, 0))[0]
    return list(enumerate(sheet.to_python(skip_empty_area=True), first + 1))


def _from_csv(data: bytes) -> list[tuple[int, list[Any]]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CityLabError(
            "The file is not UTF-8.", mend='Save it as "CSV UTF-8", or bring the workbook itself.'
        ) from error
    first = text.partition("\n")[0]
    mark = max(",;\t", key=first.count)
    return list(enumerate(csv.reader(io.StringIO(text), delimiter=mark), 1))


def _places(head: list[Any]) -> dict[str, int]:
    """Field -> column, by the titles of the first row."""
    titles: dict[str, str] = {}
    for name, (title, _, _, others) in COLUMNS.items():
        titles |= {searchable(word): name for word in (name, title, *others)}
    found: dict[str, int] = {}
    for at, cell in enumerate(head):
        meant = titles.get(searchable(_text(cell)).rstrip("."))
        if meant is not None:
            found.setdefault(meant, at)
    missing = [title for name, (title, _, needed, _) in COLUMNS.items() if needed and name not in found]
    if missing:
        raise CityLabError(
            f"Columns are missing: {', '.join(missing)}.", mend="Name them so in the first row of the file."
        )
    return found


def _checked(said: dict[str, str], row: int, findings: list[Finding]) -> dict[str, Any]:
    """One row as the model wants it; what is wrong goes into `findings`."""

    def wrong(name: str, what: str, mend: str, *, stops: bool = True) -> None:
        findings.append(Finding(row, COLUMNS[name][0], what, mend, stops))

    made: dict[str, Any] = {name: said.get(name, "") for name in COLUMNS} | {"row": row}
    for name, (title, _, needed, _) in COLUMNS.items():
        if needed and not made[name]:
            wrong(name, "is empty", f"Write the {title.lower()}.")
        if len(str(made[name])) > LONGEST.get(name, 254):
            wrong(name, f"is longer than {LONGEST.get(name, 254)} characters", "Shorten it.")
    made["email"] = str(made["email"]).lower()
    if made["email"]:
        try:
            validate_email(made["email"])
        except ValidationError:
            wrong("email", f"{said['email']} is no e-mail address", "Mend it, or leave it empty.")
    else:
        wrong("email", "is empty", "The person cannot sign in before you add one.", stops=False)
    if made["country"]:
        code = code_of(str(made["country"]))
        if code is None:
            wrong("country", f"{made['country']} is unknown", "Write its name or its two letters.")
        made["country"] = code or ""
    if made["sex"]:
        sex = _SEX.get(str(made["sex"]).lower())
        if sex is None:
            wrong("sex", f"{made['sex']} is unknown", "Write woman, man or other, or leave it empty.")
        made["sex"] = sex or ""
    made["year"] = _year(str(made["year"]))
    if made["year"] is None:
        wrong("year", f"{said.get('year', '')} is no year", "Write four digits, such as 2023.")
    return made


def _year(text: str) -> int | None:
    match = re.fullmatch(r"(19|20)\d\d(\.0+)?|((19|20)\d\d)-\d\d-\d\d.*", text)
    return int(text[:4]) if match else None


def _twice(table: Table) -> None:
    """One person in one batch twice, or one certificate number twice, is a mistake of the table."""
    seen: dict[tuple[str, ...], int] = {}
    numbers: dict[str, int] = {}
    for row in table.rows:
        who = row["email"] or f"{searchable(row['passport_name'])}/{row['country']}"
        key = (who, searchable(row["batch_title"]), str(row["year"]))
        if key in seen:
            what = f"is in this batch already, in row {seen[key]}"
            table.findings.append(Finding(row["row"], COLUMNS["passport_name"][0], what, "Remove one."))
        seen.setdefault(key, row["row"])
        number = row["certificate_number"]
        if number and number in numbers:
            what = f"{number} stands in row {numbers[number]} too"
            table.findings.append(
                Finding(row["row"], COLUMNS["certificate_number"][0], what, "Mend one of them.")
            )
        numbers.setdefault(number, row["row"])


def _text(cell: Any) -> str:
    """A cell as text: whole numbers without ".0", days as 2023-05-01, one space between words."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell == int(cell):
        return str(int(cell))
    if isinstance(cell, date):
        return cell.isoformat()
    return " ".join(str(cell).split())
