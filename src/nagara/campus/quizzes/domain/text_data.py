"""YAML and JSON that people send."""

from __future__ import annotations

from typing import Any

import yaml

from nagara.citylab.errors import CityLabError


def read_yaml(text: str, where: str = "file") -> Any:
    """Data of a YAML or JSON text. Raises CityLabError where it is none, naming line and column. References
    (&, *) are refused: a few lines of them can unfold to more than a server holds."""
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=yaml.SafeLoader)):
            raise CityLabError("References (* and &) are not read.", where=where, mend="Write it out.")
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise CityLabError(
            "This is no data in YAML or JSON.", where=where, mend=" ".join(str(error).split())[:200]
        ) from error
