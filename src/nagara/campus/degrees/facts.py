"""What the room tells the rules."""

from __future__ import annotations

from nagara.campus.degrees.domain.ledger import FACTS, provide
from nagara.campus.programmes.facts import provides_together

record = provides_together(FACTS)(provide)
