"""Files of labs that do not hold together: what is said, and where."""

from __future__ import annotations

from pathlib import Path

import pytest

from nagara.citylab import labs
from nagara.citylab.labs.plan import plan_of
from nagara.citylab.labs.reading import parse

GOOD = labs.load("example-standard").text


def read(text: str) -> labs.Lab:
    lab = parse(text, name="x-standard", folder=Path("x-standard"))
    plan_of(lab)
    return lab


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('module = "EX"', 'module = "EX', "not TOML"),
        ('variant = "standard"', 'variant = "easy"', "variant 'easy' is not known"),
        ('version = "1.0.0"', 'version = "1"', "not like 1.0.0"),
        ("minutes = 20", "minutes = 2", "minutes must be"),
        ('table = "stop_time"', 'table = "departures"', "no table 'departures'"),
        ('kind = "value"', 'kind = "number"', "kind 'number' is not known"),
        ("points = 2", "points = 0", "points must be"),
        ('match = "clock"', 'match = "hour"', "match 'hour' is not known"),
        ('id = "first"', 'id = "by-hour"', "two tasks called 'by-hour'"),
        (
            "from departure where stop_id = $stop_id",
            "from leaving where stop_id = $stop_id",
            "no table leaving",
        ),
        ("where stop_id = $stop_id", "where stop_id = $halt", r"\$halt is given by no draw"),
        ("**{stop_name}**", "**{halt}**", "names {halt}"),
        ("least = 3", "least = 0", "least must be"),
        ('name = "departure"', 'name = "stop"', "is a table of every city"),
        ('key = "last-not-first"', 'key = "Last!"', "cannot be a key"),
        ("select max(dep_s) as value", "delete from departure", "must begin with SELECT"),
        ('hints = ["Look', 'hint = ["Look', "hint is not known here"),
        ('bring = "A GTFS', 'carry = "A GTFS', "bring missing"),
    ],
)
def test_a_fault_is_named_with_its_place(old: str, new: str, says: str) -> None:
    assert old in GOOD
    with pytest.raises(labs.BadLab, match=says) as error:
        read(GOOD.replace(old, new, 1))
    assert "x-standard/lab.toml" in str(error.value)


def test_units_that_do_not_convert_are_refused() -> None:
    with pytest.raises(labs.BadLab, match="does not convert"):
        read(GOOD.replace('match = "clock"', 'unit = "min"\nunits = ["min", "km"]', 1))


def test_an_unknown_lab_names_those_there_are() -> None:
    with pytest.raises(labs.UnknownLab, match="example-kinds"):
        labs.load("nothing")


def test_doubled_braces_are_braces() -> None:
    assert (
        read(GOOD.replace("Look at", "Look at {{x}} in", 1))
        .task("first")
        .hints[0]
        .startswith("Look at {{x}}")
    )
