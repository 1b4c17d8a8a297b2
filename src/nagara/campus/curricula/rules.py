"""Who may see and make a curriculum."""

from __future__ import annotations

import rules

from nagara.campus.people.rules import in_office, signed_in
from nagara.campus.programmes.rules import runs_this_batch
from nagara.campus.readiness.rules import in_its_team, is_expert, leads_it, speaks_for_its_state

rules.add_perm(
    "curricula.view_city", signed_in & (in_office | in_its_team | speaks_for_its_state | is_expert)
)
rules.add_perm("curricula.make_city", signed_in & (in_office | leads_it | is_expert))
rules.add_perm("curricula.override_city", in_office)
rules.add_perm("curricula.make_batch", signed_in & runs_this_batch)
