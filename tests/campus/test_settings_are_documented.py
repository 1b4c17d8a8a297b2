"""Every variable that the site reads stands in docs/site.md, and the other way round."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CAMPUS, CITY_LAB = (ROOT / "src" / "nagara" / part for part in ("campus", "citylab"))
READ = re.compile(
    r'(?:environ\.get|flag|words|whole)\(\s*"([A-Z_]+)"|env\.get\("([A-Z_]+)"\)|\{"([A-Z_]+)": "1"\}'
)


def names_in(folder: Path) -> set[str]:
    texts = (path.read_text("utf-8") for path in folder.rglob("*.py"))
    return {name for text in texts for groups in READ.findall(text) for name in groups if name}


def test_settings_and_their_documentation_agree():
    read, below = names_in(CAMPUS), names_in(CITY_LAB)
    told = set(
        re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "docs" / "site.md").read_text("utf-8"), re.MULTILINE)
    )
    assert read - told == set()
    assert told - read - below == set()
