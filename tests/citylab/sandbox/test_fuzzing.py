"""Statements made from a grammar, sense and nonsense alike: contained, neighbours undisturbed, service alive.

`NAGARA_FUZZ_SECONDS` sets how long; 10 minutes in the long form.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from citylab.sandbox.attacks import ATTACKS
from nagara.citylab.sandbox import Answer, Catalogue, Pool

SECONDS = float(os.environ.get("NAGARA_FUZZ_SECONDS", "30"))
FULL = 600.0
CANARY = "CANARY-fuzz-77"

TABLES = [
    "stop",
    "observation",
    "clock",
    "stops",
    "duckdb_settings",
    "pg_class",
    "'{secret}'",
    '"{secret}"',
    "t",
    "x",
]
COLUMNS = [
    "stop_id",
    "name",
    "lon",
    "lat",
    "h3",
    "ts",
    "value",
    "quality",
    "source_id",
    "offset_s",
    "rowid",
    "nope",
    "*",
]
VALUES = [
    "1",
    "0",
    "-1",
    "1e308",
    "null",
    "''",
    "'a'",
    "true",
    "9223372036854775807",
    "0x7f",
    "[1, 2]",
    "{'a': 1}",
    "date '2026-02-30'",
]
VALUES += [
    "interval '1 month'",
    "'{secret}'",
    "x'ff'",
    "'\u202e'",
    "'🌆'",
    "(select 1)",
    "timestamp 'infinity'",
    "1/0",
    "nan",
]
SCALARS = [
    "abs",
    "round",
    "length",
    "lower",
    "md5",
    "hash",
    "repeat",
    "lpad",
    "regexp_replace",
    "date_trunc",
    "strftime",
    "coalesce",
    "list_value",
    "range",
    "chr",
    "getenv",
]
SCALARS += [
    "current_setting",
    "query_table",
    "read_text",
    "json_extract",
    "make_timestamp",
    "try_cast",
    "error",
    "nextval",
    "reverse",
    "unnest",
    "random",
]
SOURCES = [
    "range",
    "generate_series",
    "unnest",
    "read_text",
    "read_csv",
    "read_parquet",
    "glob",
    "duckdb_views",
    "pragma_table_info",
    "query",
    "arrow_scan",
]
AGGREGATES = [
    "count",
    "sum",
    "avg",
    "min",
    "max",
    "median",
    "mode",
    "list",
    "string_agg",
    "arg_max",
    "histogram",
    "quantile_cont",
    "approx_count_distinct",
]
HEADS = [
    "select",
    "select distinct",
    "explain select",
    "explain analyze select",
    "describe select",
    "summarize select",
]
HEADS += [
    "copy (select",
    "create table t as select",
    "set",
    "pragma",
    "attach",
    "insert into stop select",
    "call",
    "with t as (select",
]
NOISE = [
    ";",
    ";;",
    "--",
    "/*",
    "*/",
    "$$",
    "'",
    '"',
    "\\",
    "\t",
    "\u00a0",
    "\ufeff",
    "{",
    "}",
    "(",
    ")",
    "::",
    ":=",
    "?",
    "$1",
    "@",
    "#",
]


class Grammar:
    """Statements of a seed, always the same ones."""

    def __init__(self, seed: int, secret: str) -> None:
        self.random, self.secret = random.Random(seed), secret

    def statement(self) -> str:
        dice = self.random.random()
        if dice < 0.05:
            text = self.random.choice(list(ATTACKS.values()))
        elif dice < 0.12:
            text = " ".join(
                self.random.choice(COLUMNS + NOISE + VALUES + HEADS)
                for _ in range(self.random.randint(1, 30))
            )
        elif dice < 0.45:
            return self.sense(2)
        else:
            text = self.select(3)
            if dice < 0.6:
                text = self.random.choice(HEADS) + text.removeprefix("select")
            if dice < 0.75:
                text = self.damaged(text)
        return text.replace("{secret}", self.secret)[:25_000]

    def sense(self, depth: int) -> str:
        """A statement that should run."""
        pick = self.random.choice
        table, number, text = pick([("stop", "lon", "name"), ("observation", "value", "datastream_id")])
        source = f"({self.sense(depth - 1)}) as x" if depth and self.random.random() < 0.4 else table
        if source != table:
            return f"select count(*) as n, {pick(['sum', 'max', 'list', 'median'])}(n) as m, 'a' as k from {source}"
        measure = (
            f"{pick(['count', 'sum', 'avg', 'min', 'max', 'median'])}({number} {pick('+-*')} {pick('123')})"
        )
        where = pick(["", f" where {number} > {pick(['0', '7', '106.81'])}", f" where {text} like '%1%'"])
        tail = pick(["", " order by n desc", " limit 3", " having count(*) > 1", " order by all limit 5"])
        return f"select {text} as k, {measure} as n from {table}{where} group by {pick([text, 'all', '1'])}{tail}"

    def damaged(self, text: str) -> str:
        at = self.random.randrange(len(text))
        ways: list[Callable[[], str]] = [
            lambda: text[:at],
            lambda: text[:at] + self.random.choice(NOISE) + text[at:],
            lambda: text[:at] + text[at + self.random.randint(1, 9) :],
            lambda: text + ";" + self.select(1),
            text.swapcase,
            lambda: text * self.random.randint(2, 5),
            lambda: text[:at] + chr(self.random.randrange(1, 0x3000)) + text[at:],
        ]
        return self.random.choice(ways)()

    def select(self, depth: int) -> str:
        pick = self.random.random
        parts = ["select", ", ".join(self.item(depth) for _ in range(self.random.randint(1, 4)))]
        if pick() < 0.9:
            parts += ["from", self.source(depth)]
        if pick() < 0.4:
            parts += ["where", self.condition(depth)]
        if pick() < 0.3:
            parts += ["group by", self.random.choice(["all", "1", self.random.choice(COLUMNS)])]
        if pick() < 0.1:
            parts += ["qualify row_number() over (order by", self.expression(1), ") < 3"]
        if pick() < 0.3:
            parts += [
                "order by",
                self.random.choice(["all", "1", self.expression(1)]),
                self.random.choice(["", "desc nulls last"]),
            ]
        if pick() < 0.3:
            parts += ["limit", self.random.choice(["1", "10", "1000000000", "50%", "-1", "null"])]
        text = " ".join(parts)
        if depth and pick() < 0.15:
            text = f"with {self.random.choice(['', 'recursive '])}t as ({self.select(depth - 1)}) {text}"
        if depth and pick() < 0.15:
            text += f" {self.random.choice(['union', 'union all', 'except', 'intersect'])} {self.select(depth - 1)}"
        return text

    def item(self, depth: int) -> str:
        return self.expression(depth) + self.random.choice(
            ["", "", " as x", ' as "' + self.random.choice(COLUMNS) + '"']
        )

    def source(self, depth: int) -> str:
        pick = self.random.random()
        if depth and pick < 0.2:
            return f"({self.select(depth - 1)}) as x"
        if pick < 0.35:
            return f"{self.random.choice(SOURCES)}({self.random.choice(VALUES)}) as x"
        if depth and pick < 0.5:
            how = self.random.choice(
                ["join", "left join", "cross join", "asof join", "semi join", "natural join", ","]
            )
            return f"{self.source(depth - 1)} {how} {self.source(depth - 1)}" + self.random.choice(
                ["", " on true", " using (source_id)"]
            )
        return self.random.choice(TABLES) + self.random.choice(["", " s", " tablesample 10%"])

    def condition(self, depth: int) -> str:
        how = self.random.choice(
            ["=", "<>", "<", "is distinct from", "like", "in", "between", "and", "or", "~", "similar to"]
        )
        if how == "in":
            return f"{self.expression(1)} in ({self.select(depth - 1) if depth and self.random.random() < 0.4 else '1, 2'})"
        return f"{self.expression(depth)} {how} {self.expression(depth)}" + (
            " and 3" if how == "between" else ""
        )

    def expression(self, depth: int) -> str:
        pick = self.random.random()
        if depth <= 0 or pick < 0.35:
            return self.random.choice(COLUMNS)
        if pick < 0.5:
            return self.random.choice(VALUES)
        if pick < 0.65:
            return (
                f"{self.random.choice(SCALARS)}({self.expression(depth - 1)}, {self.random.choice(VALUES)})"
            )
        if pick < 0.8:
            over = self.random.choice(
                ["", "", " over ()", " over (partition by name order by ts)", " filter (where lon > 1)"]
            )
            return f"{self.random.choice(AGGREGATES)}({self.expression(depth - 1)}){over}"
        if pick < 0.9:
            return f"({self.expression(depth - 1)} {self.random.choice(['+', '-', '*', '/', '%', '||', '->', '**', '<<'])} {self.expression(depth - 1)})"
        if pick < 0.95:
            kind = self.random.choice(
                [
                    "int",
                    "date",
                    "timestamptz",
                    "decimal(38, 37)",
                    "json",
                    "blob",
                    "int[]",
                    "struct(a int)",
                    "bit",
                    "uuid",
                ]
            )
            return f"cast({self.expression(depth - 1)} as {kind})"
        return f"case when {self.condition(depth - 1)} then {self.expression(depth - 1)} else {self.random.choice(VALUES)} end"


def _fuzz(pool: Pool, city: Catalogue, folder: Path, seconds: float, seed: int) -> None:
    (folder / "secret.txt").write_text(CANARY)
    grammar = Grammar(seed, str(folder / "secret.txt"))
    over, wrong, asked, good = threading.Event(), [], 0, 0

    def neighbour() -> None:
        while not over.wait(0.5):
            answer = pool.ask(city, "select count(*) from stop")
            if answer.rows != [[30]]:
                wrong.append(answer)

    watcher = threading.Thread(target=neighbour)
    watcher.start()
    try:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            text = grammar.statement()
            answer = pool.ask(city, text, seconds=0.3, limit=20)
            asked, good = asked + 1, good + (answer.status == "done")
            assert CANARY not in str(answer), text
            assert answer.status == "done" or answer.problem, text
            _about_the_text(answer, text)
    finally:
        over.set()
        watcher.join()
    assert wrong == []
    assert [p.name for p in folder.iterdir()] == ["secret.txt"]
    assert asked > 2 * seconds
    assert good > asked // 10, "the grammar makes too little sense"


def _about_the_text(answer: Answer, text: str) -> None:
    """A place in an answer is a place in the text."""
    if answer.line is not None and answer.column is not None:
        lines = text.split("\n")
        assert 1 <= answer.line <= len(lines), text
        assert 1 <= answer.column <= len(lines[answer.line - 1]) + 1, text


def test_statements_of_a_grammar_are_contained(pool: Pool, city: Catalogue, tmp_path: Path) -> None:
    _fuzz(pool, city, tmp_path, SECONDS, seed=20260901)


@pytest.mark.full
def test_statements_are_contained_for_ten_minutes_by_the_walls_alone(
    bare: Pool, city: Catalogue, tmp_path: Path
) -> None:
    _fuzz(bare, city, tmp_path, FULL, seed=random.SystemRandom().randrange(1 << 32))
