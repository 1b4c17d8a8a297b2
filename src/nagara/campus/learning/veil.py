"""What a peer sees of a paper: nothing that names its authors. The city stays: the paper is about it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from nagara.campus.learning.domain.handing_in import member_ids
from nagara.campus.learning.models import Submission
from nagara.campus.people.models import User
from nagara.campus.programmes.models import Enrolment
from nagara.campus.selection.veil import SHORTEST, veiled


def terms_of(users: Iterable[User]) -> list[str]:
    """Names and their parts, e-mail; longest first."""
    terms: set[str] = set()
    for user in users:
        names = [user.passport_name, user.preferred_name, user.native_name, user.certificate_name]
        terms |= {*names, user.email}
        terms |= {part for name in names for part in re.split(r"[\s@/]+", name)}
    kept = {t.strip() for t in terms if len(t.strip()) >= SHORTEST or (t.strip() and not t.isascii())}
    return sorted(kept, key=lambda t: (-len(t), t))


def veiled_text(submission: Submission, text: str) -> str:
    """The text of a paper without its authors' names and without e-mail addresses."""
    members = Enrolment.objects.filter(pk__in=member_ids(submission)).select_related("user")
    terms = terms_of(member.user for member in members)
    if submission.group is not None:
        terms = [submission.group.name, *terms]
    return veiled(text, terms)
