"""The rows of a file that a mapping asks for: `[keep] column = [values]`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from nagara.citylab.findings import Findings
from nagara.citylab.sources.geometry import Layer
from nagara.citylab.sources.geometry.layers import RawLayer

L = TypeVar("L", RawLayer, Layer)


def kept_rows(layer: L, keep: Mapping[str, Any], findings: Findings) -> L:
    """The layer without the rows that `keep` does not ask for; a note counts them."""
    mask = np.ones(len(layer.rows), bool)
    for column, values in keep.items():
        if column in layer.attributes.column_names:
            wanted = pa.array([str(v) for v in (values if isinstance(values, list) else [values])])
            mask &= np.asarray(pc.is_in(layer.attributes.column(column), wanted).to_numpy())
    left = int((~mask).sum())
    if not left:
        return layer
    findings.note("not-asked-for", "rows that [keep] does not ask for.", file=layer.file, count=left)
    attributes = layer.attributes.filter(pa.array(mask))
    return replace(layer, rows=layer.rows[mask], attributes=attributes, shapes=layer.shapes[mask])
