"""What the documents name exists; what exists is documented."""

import re
from pathlib import Path

import pytest
import typer

from nagara.citylab.sources import SLICES
from nagara.cli import app

ROOT = Path(__file__).resolve().parents[2]
DOCS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def commands() -> dict[str, typer.core.TyperCommand]:
    group = typer.main.get_command(app)
    found = {}
    for name, command in group.commands.items():
        inner = getattr(command, "commands", None)
        found |= {f"{name} {sub}": c for sub, c in inner.items()} if inner else {name: command}
    return found


def test_every_command_is_documented():
    text = (ROOT / "docs/commands.md").read_text()
    missing = [name for name in commands() if f"nagara {name}" not in text]
    assert missing == []


def test_every_documented_command_exists():
    known = commands() | {"city": None, "command": None}
    for path in DOCS:
        for words in re.findall(
            r"(?:`|bin/|^ {4})nagara ((?:[a-z][a-z-]+ ?){1,2})", path.read_text(), re.MULTILINE
        ):
            first, _, second = words.strip().partition(" ")
            exists = (
                first in known
                or f"{first} {second}" in known
                or any(k.startswith(f"{first} ") for k in known)
            )
            assert exists, f"{path.name} names `nagara {words}`"


@pytest.mark.parametrize("path", DOCS, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_between_documents_lead_somewhere(path: Path):
    for target in re.findall(r"\]\(([^)#\s]+)", re.sub(r"`[^`\n]*`", "", path.read_text())):
        if not target.startswith(("http:", "https:", "mailto:")):
            assert (path.parent / target).exists(), f"{path.name} links to {target}"


def test_paths_named_in_the_architecture_exist():
    text = (ROOT / "docs/architecture.md").read_text()
    for line in text.splitlines():
        base = ROOT
        for name in re.findall(r"`((?:src|examples|benchmarks|[a-z_]+)[a-z_/]*(?:/|\.py|\.toml))`", line):
            path = ROOT / name if (ROOT / name.split("/")[0]).exists() else base / name
            assert path.exists(), f"docs/architecture.md names {name}"
            if name.startswith("src/"):
                base = path if path.is_dir() else path.parent


def test_every_kind_of_source_has_its_page():
    assert [kind for kind in SLICES if not (ROOT / f"docs/sources/{kind}.md").exists()] == []


def test_nothing_names_a_machine_or_a_registry():
    hosts = ("pypi" + ".org", "registry." + "npmjs", "/wo" + "rk/", "files.python" + "hosted")
    for path in [*DOCS, *ROOT.glob("src/**/*.py"), *ROOT.glob("examples/**/*"), ROOT / "package-lock.json"]:
        if path.is_file() and "/assets/" not in str(path):
            text = path.read_text(errors="ignore")
            assert [h for h in hosts if h in text.replace("labs/work/", "")] == [], path


def test_the_code_of_the_city_lab_names_no_city():
    from nagara.campus.cities.seeds import known_cities

    names = {c.name.lower() for c in known_cities().values()} | {"bandung", "bogor", "transjakarta"}
    for path in (ROOT / "src/nagara/citylab").rglob("*"):
        if path.suffix in {".py", ".sql", ".toml", ".csv", ".typ", ".html"}:
            text = re.sub(r"Asia/\w+", "", path.read_text())
            found = [n for n in names if re.search(rf"\b{re.escape(n)}\b", text, re.IGNORECASE)]
            if path.name == "function_words.toml":  # "dili" is a word of Cebuano as well
                found = [n for n in found if n != "dili"]
            if path.name == "licences.toml":  # licences of states: one state is a city as well
                found = [n for n in found if n != "singapore"]
            assert found == [], f"{path.relative_to(ROOT)} names {found}"
