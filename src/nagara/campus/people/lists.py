"""Lists for the rooms: see `design.lists`."""

from nagara.campus.design.lists import Column, csv_bytes, csvw, export, paged, xlsx_bytes

__all__ = ["Column", "csv_bytes", "csvw", "export", "paged", "xlsx_bytes"]
