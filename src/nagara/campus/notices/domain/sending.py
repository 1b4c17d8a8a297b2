"""Sending what is due: each letter once, tried again after a failure, at most five times."""

from __future__ import annotations

from datetime import timedelta
from smtplib import SMTPException

from django.core.mail import EmailMessage
from django.db.models import F
from django.utils import timezone

from nagara.campus.notices.models import Notice

State = Notice.State
WAITS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=3))
"""How long to wait after the first, second ... failed try; after the last the letter has failed."""
LOST_AFTER = timedelta(minutes=15)


def send_due(limit: int = 200) -> int:
    """Send letters that are due; says how many went out. Several workers may do this at once."""
    give_up_lost()
    sent = 0
    for pk in Notice.objects.due().order_by("send_after", "id").values_list("pk", flat=True)[:limit]:
        sent += send_one(pk)
    return sent


def send_one(pk: int) -> bool:
    """Claim a letter and send it. The claim is one UPDATE: of two workers one gets it."""
    claimed = (
        Notice.objects.due()
        .filter(pk=pk)
        .update(state=State.SENDING, claimed_at=timezone.now(), attempts=F("attempts") + 1)
    )
    if not claimed:
        return False
    notice = Notice.objects.get(pk=pk)
    try:
        EmailMessage(notice.subject, notice.body, to=[notice.address]).send()
    except (OSError, SMTPException) as error:
        _failed(notice, error)
        return False
    Notice.objects.filter(pk=pk).update(state=State.SENT, sent_at=timezone.now(), error="")
    return True


def give_up_lost() -> int:
    """Letters whose worker died while sending: nobody knows whether they went out, so a person decides."""
    return Notice.objects.filter(state=State.SENDING, claimed_at__lt=timezone.now() - LOST_AFTER).update(
        state=State.FAILED, error="The worker stopped while sending: it may have gone out."
    )


def next_due() -> timedelta | None:
    """How long until the next queued letter is due; None where none waits."""
    first = Notice.objects.filter(state=State.QUEUED).order_by("send_after").first()
    return None if first is None else max(first.send_after - timezone.now(), timedelta(0))


def _failed(notice: Notice, error: Exception) -> None:
    said = f"{type(error).__name__}: {error}"[:300]
    if notice.attempts > len(WAITS):
        Notice.objects.filter(pk=notice.pk).update(state=State.FAILED, error=said)
    else:
        again = timezone.now() + WAITS[notice.attempts - 1]
        Notice.objects.filter(pk=notice.pk).update(state=State.QUEUED, send_after=again, error=said)
