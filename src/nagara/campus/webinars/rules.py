"""Who runs webinars."""

from __future__ import annotations

from typing import Any

import rules

from nagara.campus.people.rules import in_office, signed_in
from nagara.campus.programmes.models import Batch
from nagara.campus.programmes.rules import runs_batch
from nagara.campus.webinars.models import Webinar


@rules.predicate
def runs_webinar(user: Any, thing: Any) -> bool:
    """The office, or who runs the batch of the webinar."""
    batch = thing.session.activity.batch if isinstance(thing, Webinar) else thing
    return isinstance(batch, Batch) and runs_batch(user, batch)


rules.add_perm("webinars.run", signed_in & runs_webinar)
rules.add_perm("webinars.write_terms", in_office)
