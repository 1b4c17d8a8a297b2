"""Every variable that the site reads stands in docs/site.md, and the other way round."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CAMPUS = ROOT / "src" / "nagara" / "campus"
READ = re.compile(
    r'(?:environ\.get|flag|words|whole)\(\s*"([A-Z_]+)"|env\.get\("([A-Z_]+)"\)|\{"([A-Z_]+)": "1"\}'
)


def test_settings_and_their_documentation_agree():
    read = set()
    for path in CAMPUS.rglob("*.py"):
        for groups in READ.findall(path.read_text("utf-8")):
            read |= {name for name in groups if name}
    told = set(
        re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "docs" / "site.md").read_text("utf-8"), re.MULTILINE)
    )
    assert read == told
