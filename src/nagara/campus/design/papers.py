"""Papers on A4: a typst template and its data as PDF. typst shapes all scripts of the region."""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path
from typing import Any

FONTS = Path(__file__).with_name("assets") / "fonts"
_RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]+(?:[ .'-]+[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]+)*"
)


def pdf(template: Path, data: dict[str, Any]) -> bytes:
    """The PDF of a typst file that reads its data from "<its name>.json" beside it."""
    import typst

    with tempfile.TemporaryDirectory(prefix="nagara-paper-") as folder:
        here = Path(folder)
        text = json.dumps(isolated(data), ensure_ascii=False)
        (here / f"{template.stem}.json").write_text(text, encoding="utf-8")
        (here / template.name).write_text(template.read_text("utf-8"), encoding="utf-8")
        fonts = [str(FONTS)] if FONTS.is_dir() else []
        return bytes(typst.compile(str(here / template.name), root=folder, font_paths=fonts))


def isolated(value: Any) -> Any:
    """Text whose right-to-left names do not turn the numbers beside them around (Unicode isolates): for
    print only, files keep the text as it is. Lists and tables are gone through."""
    if isinstance(value, str):
        return _RIGHT_TO_LEFT.sub(lambda m: f"\u2068{m.group()}\u2069", value)
    if isinstance(value, dict):
        return {k: isolated(v) for k, v in value.items()}
    return [isolated(v) for v in value] if isinstance(value, list | tuple) else value
