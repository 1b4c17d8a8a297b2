"""Build hook: brings the third-party files of the site into the wheel. See collect_assets.py."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class AssetsHook(BuildHookInterface):
    """Copies npm files into the package for a standard wheel. An editable install runs `make assets`."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name != "wheel" or version == "editable":
            return
        root = Path(self.root)
        script = root / "src/nagara/campus/design/collect_assets.py"
        spec = importlib.util.spec_from_file_location("collect_assets", script)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        assets = script.parent / "assets"
        module.collect(project=root, assets=assets, dev=False)
        for folder in ("static", "fonts", "world", "contexts"):
            build_data["artifacts"].append(f"src/nagara/campus/design/assets/{folder}/**")
