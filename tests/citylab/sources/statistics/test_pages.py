"""Every rule and every section of the mapping file is explained on its page; every example map is read."""

import re
import tomllib
from pathlib import Path

import pytest

from nagara.citylab.sources import areas, population, zone_values, zones

ROOT = Path(__file__).resolve().parents[4]
CODE = ROOT / "src/nagara/citylab/sources"
RULE = re.compile(
    r'(?:\.(?:refuse|repair|warn|note|refusal|reject)\(\s*|rule, why, mend = )"([a-z]+(?:-[a-z]+)+)"'
)


@pytest.mark.parametrize(
    ("rooms", "pages"),
    [
        (["geometry"], ["maps"]),
        (["zones"], ["zones", "maps"]),
        (["population", "units_named.py", "days.py", "asked_for.py"], ["population", "zone_values"]),
        (["zone_values"], ["zone_values"]),
        (["areas.py"], ["areas"]),
    ],
)
def test_every_rule_is_on_its_page(rooms, pages):
    told = "".join((ROOT / "docs/sources" / f"{page}.md").read_text("utf-8") for page in pages)
    files = [
        p
        for room in rooms
        for p in ([CODE / room] if room.endswith(".py") else sorted((CODE / room).rglob("*.py")))
    ]
    rules = {rule for file in files for rule in RULE.findall(file.read_text("utf-8"))}
    assert len(rules) >= 4
    assert {rule for rule in rules if f"`{rule}`" not in told} == set()


@pytest.mark.parametrize("slice_", [zones, population, zone_values, areas], ids=lambda s: s.KIND)
def test_every_section_of_the_mapping_file_is_on_the_page(slice_):
    page = (ROOT / "docs/sources" / f"{slice_.KIND}.md").read_text("utf-8")
    assert [s for s in slice_.OPTIONS if f"[{s}]" not in page and f"[{s}." not in page] == []


def test_every_example_map_of_these_kinds_names_its_source_and_only_known_sections():
    kinds = {s.KIND: {"kind", "source", *s.OPTIONS} for s in (zones, population, zone_values, areas)}
    seen = 0
    for path in sorted((ROOT / "examples").glob("*/maps/*.toml")):
        mapping = tomllib.loads(path.read_text("utf-8"))
        if mapping.get("kind") in kinds:
            seen += 1
            assert mapping["source"]["title"] and mapping["source"]["attribution"], path.name
            assert set(mapping) <= kinds[mapping["kind"]], path.name
    assert seen >= 20
