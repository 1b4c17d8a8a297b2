"""Who plans, sees and teaches a session."""

from __future__ import annotations

from typing import Any

import rules

from nagara.campus.people.models import User
from nagara.campus.people.queries import is_office, now_valid
from nagara.campus.people.rules import in_office, signed_in
from nagara.campus.programmes.models import Batch, BatchRole
from nagara.campus.programmes.rules import runs_batch
from nagara.campus.timetable.models import Activity, Group, PublicSession, Session

TEACHING = ("lecturer", "mentor")


def batch_of(thing: Any) -> Batch | None:
    """The batch that a session, activity or group belongs to."""
    if isinstance(thing, Batch):
        return thing
    if isinstance(thing, PublicSession | Activity | Group):
        return thing.batch
    return thing.activity.batch if isinstance(thing, Session) else None


def session_of(thing: Any) -> Session | None:
    if isinstance(thing, PublicSession):
        return thing.session
    return thing if isinstance(thing, Session) else None


@rules.predicate
def plans(user: Any, thing: Any) -> bool:
    """The office, or who runs the batch."""
    return runs_batch(user, batch_of(thing))


def speaks_at(user: Any, session: Session) -> bool:
    """Named as a speaker in the draft or in what is released."""
    if not isinstance(user, User):
        return False
    return (
        session.people.filter(user=user).exists()
        or PublicSession.objects.filter(session=session, speakers=user).exists()
    )


def teaches(user: Any, thing: Any) -> bool:
    """A speaker of the session, or a lecturer or mentor of its batch today. The office and those who run the
    batch may too."""
    batch, session = batch_of(thing), session_of(thing)
    if batch is None or not getattr(user, "is_authenticated", False):
        return False
    if runs_batch(user, batch):
        return True
    if session is not None and speaks_at(user, session):
        return True
    return BatchRole.objects.filter(now_valid(), user=user, batch=batch, role__in=TEACHING).exists()


@rules.predicate
def sees_session(user: Any, thing: Any) -> bool:
    """Released ones: everyone of the batch, and who speaks there. Drafts: who runs the batch and speakers."""
    if isinstance(thing, PublicSession):
        return PublicSession.objects.visible_to(user).filter(pk=thing.pk).exists()
    if isinstance(thing, Session):
        if is_office(user) or runs_batch(user, thing.activity.batch):
            return True
        return Session.objects.visible_to(user).filter(pk=thing.pk).exists()
    return False


teaches_here = rules.predicate(teaches)

rules.add_perm("timetable.plan", signed_in & plans)
rules.add_perm("timetable.see_session", signed_in & sees_session)
rules.add_perm("timetable.teach", signed_in & teaches_here)
rules.add_perm("timetable.change_places", in_office)
