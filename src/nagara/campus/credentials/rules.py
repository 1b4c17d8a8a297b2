"""Who may do what with certificates."""

from __future__ import annotations

from typing import Any

import rules

from nagara.campus.credentials.models import Certificate
from nagara.campus.people.rules import in_office, signed_in
from nagara.campus.programmes.rules import runs_batch, runs_this_batch


@rules.predicate
def owns(user: Any, certificate: Any) -> bool:
    """The certificate is one's own."""
    return isinstance(certificate, Certificate) and user.pk is not None and certificate.user_id == user.pk


@rules.predicate
def runs_its_batch(user: Any, certificate: Any) -> bool:
    """One runs the batch that the certificate was given for."""
    return isinstance(certificate, Certificate) and runs_batch(user, certificate.batch)


rules.add_perm("credentials.run", signed_in & runs_this_batch)
rules.add_perm("credentials.see", signed_in & (owns | in_office | runs_its_batch))
rules.add_perm("credentials.decide", signed_in & (in_office | runs_its_batch))
rules.add_perm("credentials.record_earlier", in_office)
