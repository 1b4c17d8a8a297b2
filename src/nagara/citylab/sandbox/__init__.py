"""SQL of learners over a city's tables. Every statement is taken as hostile until proven otherwise.

    from nagara.citylab import open, sandbox

    newest = open("demo").lake.newest()
    answer = sandbox.ask(sandbox.catalogue(newest), "select count(*) as n from stop")

A statement runs in a process of its own that is made for it, and killed after it: see docs/sql.md.
"""

from __future__ import annotations

from nagara.citylab.sandbox.catalogues import Catalogue, TableFiles, catalogue
from nagara.citylab.sandbox.enclosure import Walls, walls
from nagara.citylab.sandbox.pool import Answer, Pool, ask, close

__all__ = ["Answer", "Catalogue", "Pool", "TableFiles", "Walls", "ask", "catalogue", "close", "walls"]
