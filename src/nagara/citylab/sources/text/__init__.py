"""Every tabular text format as columns of strings: CSV, TSV, Excel, JSON, JSON lines, GeoJSON.

`read_text` is what all slices read with. It repairs with findings, sets bad rows aside with their row
numbers, and refuses what is not a table. `peek` gives the columns and the first rows for sniffing.
"""

from nagara.citylab.sources.text.casts import to_bool, to_day, to_float, to_int
from nagara.citylab.sources.text.inflate import LIMITS, Limits
from nagara.citylab.sources.text.table import Peek, TextTable, peek, read_text

__all__ = [
    "LIMITS",
    "Limits",
    "Peek",
    "TextTable",
    "peek",
    "read_text",
    "to_bool",
    "to_day",
    "to_float",
    "to_int",
]
