"""What the City Lab advises is said on pages in the words of the form."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import nagara.citylab
from nagara.campus.lab.tongue import on_the_page

ROOM = Path(nagara.citylab.__file__).parent
OPTION = re.compile(r"(?<![\w(])--[a-z]|`nagara ")
NOT_FOR_PAGES = ("brief/palette.py", "simulate/__init__.py", "cli/", "__main__.py")


def _advice() -> list[str]:
    """Every text of the City Lab's code and findings that speaks of the command line, as a person reads it."""
    found = []
    for path in sorted(ROOM.rglob("*.py")):
        if not any(str(path).endswith(name) for name in NOT_FOR_PAGES):
            found += _texts(ast.parse(path.read_text(encoding="utf-8")))
    for path in sorted((ROOM / "recipes").glob("*/findings.sql")):
        found += re.findall(r"'([^'\n]*)'", path.read_text(encoding="utf-8"))
    return sorted({text for text in found if OPTION.search(text)})


def _texts(tree: ast.Module) -> list[str]:
    """Text of the code without docstrings; what is put into an f-string is shown as X."""
    skip = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    texts = []
    for node in ast.walk(tree):
        if id(node) in skip:
            continue
        if isinstance(node, ast.JoinedStr):
            skip |= {id(part) for part in node.values}
            texts.append("".join(str(p.value) if isinstance(p, ast.Constant) else "X" for p in node.values))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            texts.append(node.value)
    return texts


def test_no_option_of_the_command_line_reaches_a_page():
    advice = _advice()
    assert len(advice) > 10
    said = [on_the_page(text) for text in advice]
    assert [text for text in said if OPTION.search(text) or "map.toml" in text] == []


def test_advice_that_names_no_option_stays_as_it_is():
    text = "Correct the column names in the mapping file."
    assert on_the_page(text) == text
