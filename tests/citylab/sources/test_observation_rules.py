"""Every rule that the text reader and the observations slice may report stands in the docs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SOURCES = ROOT / "src/nagara/citylab/sources"
NO_RULES = re.compile(r"utf-|latin|sig|^nagara-|^two-$")


@pytest.mark.parametrize("room", ["text", "observations"])
def test_every_rule_of_the_clinic_stands_on_its_page(room: str) -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in (SOURCES / room).glob("*.py"))
    rules = {rule for rule in re.findall(r'"([a-z]+(?:-[a-z]+)+)"', code) if not NO_RULES.search(rule)}
    docs = (ROOT / f"docs/sources/{room}.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"`([a-z]+(?:-[a-z]+)+)`", docs))
    assert sorted(rules - documented) == []
    assert len(rules) > 15
