"""What the counts of the scan mean: the rules, from columns under watch to findings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nagara.citylab.findings import Finding, Severity
from nagara.citylab.privacy.column_watch import ColumnWatch
from nagara.citylab.privacy.identity_numbers import NUMBERS

MEND = (
    "Leave these columns out of the file (or aggregate it), or import with personal data allowed and a reason"
    " that is kept with the source."
)
_MOST = 0.5


def _finding(
    rule: str,
    message: str,
    file: str,
    column: ColumnWatch,
    kind: str = "",
    *,
    severity: Severity = Severity.REFUSE,
) -> Finding:
    """A finding about a column: as many cells as were seen of a kind, or all."""
    count = column.seen[kind] if kind else column.cells
    return Finding(severity, rule, message, file, column.rows.get(kind), column.name, max(1, count), "", MEND)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _identity(file: str, column: ColumnWatch) -> Iterator[Finding]:
    hinted = column.is_about("identity")
    for number in NUMBERS:
        kind = f"id:{number.name}"
        hits = column.seen[kind]
        tried = column.seen[f"tried:{number.name}"]
        if not hits:
            continue
        strong = not number.bare or _share(hits, max(hits, tried)) >= 0.6
        enough = hits >= (1 if number.luck <= 0.04 and number.name != "Brunei identity card" else 2)
        shaped_only = number.name in (
            "Brunei identity card",
            "Philippines TIN",
            "Philippines PhilSys",
            "payment card",
        )
        if (hinted or (strong and enough and not shaped_only)) and (
            hinted or _share(hits, column.cells) >= 0.02
        ):
            message = f"cells look like identity numbers ({number.name})."
            yield _finding("personal-national-id", message, file, column, kind)
            return
    if hinted and column.cells and column.longest >= 6 and column.ages < column.sampled:
        yield _finding("personal-national-id", "the header names an identity number.", file, column)


def _in_text(file: str, column: ColumnWatch) -> Iterator[Finding]:
    kinds = [k for k in column.seen if k.startswith("text:") and k.split(":")[1] in _IN_TEXT]
    if column.seen["text:announced"] or sum(column.seen[k] for k in kinds) >= 3:
        most = max(kinds, key=lambda k: column.seen[k])
        yield _finding("personal-id-in-text", "texts hold identity numbers.", file, column, most)


_IN_TEXT = ("Indonesia NIK", "Thailand identity card", "NRIC or FIN", "Myanmar NRC", "announced")


def _people(columns: Sequence[ColumnWatch]) -> ColumnWatch | None:
    """The column of people's names, if there is one: by its header, by titles, or by how names look."""
    for column in columns:
        if column.cells and column.longest < 120 and (
            (column.is_about("person") and _share(column.places, column.sampled) < 0.3)
            or _share(column.titled, column.sampled) >= 0.3
        ):  # fmt: skip
            return column
    for column in columns:
        if (
            column.is_about("name")
            and _share(column.people, column.sampled) >= 0.7
            and len(column.distinct) > 1
        ):
            return column
    return None


def _phones(columns: Sequence[ColumnWatch]) -> ColumnWatch | None:
    for column in columns:
        hits, mobile = column.seen["phone"], column.seen["mobile"]
        if (column.is_about("phone") and _share(hits, column.cells) >= 0.3) or (
            _share(mobile, column.cells) >= 0.7 and not column.is_about("counted")
        ):
            return column
    return None


def _mails(columns: Sequence[ColumnWatch]) -> ColumnWatch | None:
    most = (c for c in columns if _share(c.seen["email"], c.cells) >= _MOST)
    return next(most, None)


def _names_with(file: str, columns: Sequence[ColumnWatch]) -> Iterator[Finding]:
    people, phones, mails = _people(columns), _phones(columns), _mails(columns)
    births = next((c for c in columns if c.cells and c.is_about("birth")), None)
    sure = people is not None and (
        people.is_about("person") or people.titled > 0.3 * people.sampled or people.longest < 49
    )
    if people is not None and sure:
        mobile = phones is not None and phones.seen["mobile"] >= _MOST * max(1, phones.seen["phone"])
        named = people.is_about("person") or people.titled >= 0.3 * people.sampled
        if phones is not None and (named or mobile):
            yield _finding(
                "personal-names-with-phones", "names stand beside phone numbers.", file, phones, "phone"
            )
        if births is not None:
            yield _finding("personal-names-with-birth-dates", "names stand beside birth dates.", file, births)
    elif phones is not None and people is None and phones.seen["phone"]:
        text = "cells are phone numbers; see that none is a person's."
        yield _finding("phones", text, file, phones, "phone", severity=Severity.WARN)
    if mails is None:
        return
    if people is not None or mails.seen["free-mail"] >= _MOST * mails.seen["email"]:
        yield _finding("personal-emails", "cells are people's e-mail addresses.", file, mails, "email")
    else:
        text = "cells are e-mail addresses; see that none is a person's."
        yield _finding("emails", text, file, mails, "email", severity=Severity.WARN)


def _handles(file: str, column: ColumnWatch) -> Iterator[Finding]:
    if _share(column.seen["handle"], column.cells) >= _MOST:
        yield _finding("personal-handles", "cells are account names of people.", file, column, "handle")


def _health(file: str, columns: Sequence[ColumnWatch]) -> Iterator[Finding]:
    """Health answers a person: beside a name, number or birth date, or with age and sex and no count."""
    filled = [c for c in columns if c.cells]
    answers = [c for c in filled if c.is_about("health") and not c.is_about("counted")]
    if not answers:
        return
    people = _people(filled)
    strong = people is not None and people.is_about("person")
    numbered = (
        any(c.is_about("identity") or c.is_about("birth") for c in filled) or _phones(filled) is not None
    )
    counted = any(c.is_about("counted") and not c.is_about("identity") for c in filled)
    ages = any(c.is_about("age") and c.ages >= 0.8 * c.sampled for c in filled)
    sexes = any(c.is_about("sex") for c in filled)
    alone = ages and sexes and not counted and len(answers) >= 2
    if strong or alone or (numbered and (ages or sexes)):
        message = f"health answers of single people: {', '.join(repr(c.name) for c in answers[:5])}."
        yield _finding("personal-health", message, file, answers[0])


def verdicts(file: str, columns: Sequence[ColumnWatch]) -> Iterator[Finding]:
    """The findings about the columns of one table."""
    for column in columns:
        yield from _identity(file, column)
        yield from _in_text(file, column)
        yield from _handles(file, column)
    yield from _names_with(file, columns)
    yield from _health(file, columns)
