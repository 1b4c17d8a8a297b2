"""Rules of the GTFS clinic: each is documented, used, and says how to mend."""

from __future__ import annotations

import re
from pathlib import Path

from nagara.citylab.sources import gtfs
from nagara.citylab.sources.gtfs.rules import RULES

ROOT = Path(__file__).resolve().parents[4]
PAGE = (ROOT / "docs" / "sources" / "gtfs.md").read_text(encoding="utf-8")
CODE = "".join(p.read_text(encoding="utf-8") for p in Path(str(gtfs.__file__)).parent.glob("*.py"))


def test_the_page_has_one_line_a_rule_and_they_say_the_same() -> None:
    lines = {
        line.split("`")[1]: line for line in PAGE.splitlines() if re.match(r"\| `[a-z-]+` \| \w+ \| ", line)
    }
    assert set(lines) == set(RULES)
    for name, rule in RULES.items():
        expected = f"| `{name}` | {rule.severity} | {rule.clause} | {rule.what} | {rule.mend} |"
        assert lines[name] == expected


def test_every_rule_is_used() -> None:
    unused = [name for name in RULES if f'"{name}"' not in CODE]
    assert unused == []


def test_every_option_of_the_mapping_file_is_documented() -> None:
    for name in gtfs.OPTIONS:
        assert f"`{name}`" in PAGE or all(part in PAGE for part in name.split("."))


def test_every_map_of_a_feed_names_its_feed_and_source() -> None:
    import tomllib

    maps = sorted((ROOT / "examples").glob("*/maps/gtfs*.toml"))
    assert len(maps) >= 6
    for path in maps:
        mapping = tomllib.loads(path.read_text(encoding="utf-8"))
        assert mapping["kind"] == "gtfs"
        assert mapping["feed_id"]
        assert {"id", "title", "attribution", "nature", "uri"} <= set(mapping["source"])
