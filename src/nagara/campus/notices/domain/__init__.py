"""Verbs about notices: queue, release, cancel."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.template import Context
from django.template.loader import get_template
from django.utils import timezone

from nagara.campus.audit.domain import record
from nagara.campus.notices.models import Notice
from nagara.citylab.errors import CityLabError

State = Notice.State


def letter(template: str, context: dict[str, Any]) -> tuple[str, str]:
    """Subject and body of a letter, as it would go out. "admissions/received" is the file
    templates/admissions/notices/received.txt: "Subject: ...", an empty line, the body. Its names: those of
    `context`, and `site`, the address of this site. Plain text: nothing is escaped."""
    room, _, name = template.partition("/")
    found: Any = get_template(f"{room}/notices/{name}.txt")
    text = found.template.render(Context({"site": settings.NAGARA_ADDRESS, **context}, autoescape=False))
    head, _, body = text.strip().partition("\n")
    if not head.startswith("Subject:"):
        raise CityLabError(
            f"The letter {template} has no subject.", mend='Begin its file with the line "Subject: ...".'
        )
    return " ".join(head.removeprefix("Subject:").split())[:250], body.strip() + "\n"


@transaction.atomic
def queue(
    *,
    to: Any,
    template: str,
    context: dict[str, Any],
    about: str,
    by: Any,
    hold: bool = False,
) -> Notice:
    """Put a letter into the queue: `to` is a person, or an e-mail address of someone without an account.

    The text is made now: the office sees what will go out. The letter may say `to` (the person, or None).
    `hold`: it waits for `release`. Call it in the transaction of the change that it tells about.
    """
    person = to if isinstance(to, get_user_model()) else None
    address = person.email if person is not None else str(to).strip()
    nowhere = not address or address.endswith(".invalid")
    subject, body = letter(template, {"to": person, **context})
    notice = Notice.objects.create(
        to=person,
        address=address,
        template=template,
        about=about,
        subject=subject,
        body=body,
        state=State.CANCELLED if nowhere else State.HELD if hold else State.QUEUED,
        error="There is no e-mail address." if nowhere else "",
        by=by if by is None or by.pk else None,
    )
    if notice.state == State.QUEUED:
        wake()
    return notice


@transaction.atomic
def release(notices: Iterable[Notice], *, by: Any, reason: str = "") -> int:
    """Let held letters go out. Letters that are not held are left as they are; says how many went."""
    ids = [notice.pk for notice in notices]
    held = Notice.objects.select_for_update().filter(pk__in=ids, state=State.HELD)
    about = sorted({notice.about for notice in held})
    count = Notice.objects.filter(pk__in=ids, state=State.HELD).update(
        state=State.QUEUED, send_after=timezone.now()
    )
    if count:
        record(
            "notices released", about[0] if len(about) == 1 else "notices", by=by, reason=reason, count=count
        )
        wake()
    return count


@transaction.atomic
def cancel(notices: Iterable[Notice], *, by: Any, reason: str) -> int:
    """Stop letters that were not sent yet; says how many were stopped."""
    if not reason.strip():
        raise CityLabError("A reason is missing.", mend="Say why these letters shall not go out.")
    ids = [notice.pk for notice in notices]
    stoppable = [State.QUEUED, State.HELD, State.FAILED]
    count = Notice.objects.filter(pk__in=ids, state__in=stoppable).update(
        state=State.CANCELLED, error=reason.strip()[:300]
    )
    if count:
        record("notices cancelled", "notices", by=by, reason=reason, count=count, ids=ids[:500])
    return count


@transaction.atomic
def try_again(notices: Iterable[Notice], *, by: Any, reason: str = "") -> int:
    """Queue failed letters anew, with all their tries; says how many."""
    ids = [notice.pk for notice in notices]
    count = Notice.objects.filter(pk__in=ids, state=State.FAILED).update(
        state=State.QUEUED, send_after=timezone.now(), attempts=0, error=""
    )
    if count:
        record("notices tried again", "notices", by=by, reason=reason, count=count, ids=ids[:500])
        wake()
    return count


def wake() -> None:
    """Ask the worker to send what is due once this transaction is done; once a transaction."""
    from django.db import connection

    if not any(call[1] is _send for call in connection.run_on_commit):
        transaction.on_commit(_send)


def _send() -> None:
    from nagara.campus.notices.tasks import send_due

    send_due.enqueue()
