"""Every rule that these slices and the scan can give is explained on its page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
CODE = ROOT / "src/nagara/citylab"
RULE = re.compile(
    r"(?:\.(?:refuse|repair|warn|note)\(\s*|refusal\(\s*|_finding\(\s*)\"([a-z]+(?:-[a-z]+)+|phones|emails)\""
    r"|\"(?:warn|note|repair|refuse)\", \"([a-z]+(?:-[a-z]+)+)\""
    r"|, \"([a-z]+(?:-[a-z]+)+)\", \"[a-z]"
)


@pytest.mark.parametrize(
    ("files", "pages"),
    [
        (
            ("sources/places.py", "sources/located.py", "sources/twins.py", "sources/named_zones.py"),
            ("sources/places.md",),
        ),
        (("sources/stops.py",), ("sources/stops.md", "sources/places.md")),
        (
            (
                "sources/posts/__init__.py",
                "sources/posts/plan.py",
                "sources/posts/placing.py",
                "sources/posts/reading.py",
            ),
            ("sources/posts.md",),
        ),
        (("privacy/verdicts.py",), ("privacy.md",)),
    ],
)
def test_every_rule_is_on_its_page(files: tuple[str, ...], pages: tuple[str, ...]) -> None:
    told = "".join((ROOT / "docs" / page).read_text("utf-8") for page in pages)
    code = "".join((CODE / file).read_text("utf-8") for file in files)
    rules = {next(filter(None, found)) for found in RULE.findall(code)}
    assert len(rules) >= 2
    assert {rule for rule in rules if f"`{rule}`" not in told} == set()


def test_no_mapping_section_goes_unexplained() -> None:
    from nagara.citylab.sources import places, posts, stops

    for slice_ in (places, posts, stops):
        page = (ROOT / "docs/sources" / f"{slice_.KIND}.md").read_text("utf-8")
        assert [s for s in slice_.OPTIONS if f"[{s}]" not in page and f"[{s}." not in page] == []
