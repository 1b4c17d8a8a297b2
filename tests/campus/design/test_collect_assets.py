"""Third-party files: what is brought, and that a wheel holds it."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from nagara.campus.design.collect_assets import ASSETS, FILES, AssetsMissing, font_files, without_bare_import

ROOT = Path(__file__).resolve().parents[3]


def test_the_interpreter_takes_its_helpers_from_vega():
    text = "import { ascending } from 'vega-util';\nexport const x = ascending;"
    assert without_bare_import(text).startswith("const { ascending } = globalThis.vega;")


def test_an_interpreter_of_another_shape_is_noticed():
    with pytest.raises(AssetsMissing, match="vega-util"):
        without_bare_import("export const x = 1;")


def test_a_pdf_finds_a_font_for_every_script(tmp_path):
    for script in ("", "-thai", "-khmer"):
        for weight in ("400Regular", "700Bold", "900Black"):
            folder = tmp_path / "@expo-google-fonts" / f"noto-sans{script}" / weight
            folder.mkdir(parents=True)
            (folder / f"NotoSans{script}_{weight}.ttf").touch()
    assert len(font_files(tmp_path)) == 6


def test_what_was_collected_is_complete():
    if not ASSETS.is_dir():
        pytest.skip("third-party files are missing: run `make assets`")
    missing = [target for target in FILES.values() if not (ASSETS / target).is_file()]
    assert missing == []


@pytest.mark.full
def test_a_wheel_holds_the_files_that_the_site_serves(tmp_path):
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", str(ROOT), "--no-deps", "-q", "-w", str(tmp_path)], check=True
    )
    names = zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist()
    inside = {n.removeprefix("nagara/campus/design/assets/") for n in names}
    assert set(FILES.values()) <= inside
    assert not any(n.startswith("dev/") for n in inside)
    assert "nagara/campus/cities/seeds/cities.csv" in names
