"""Finding what a page is about, for those who may open it."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404

from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.campus.selection.models import Assignment, Draft, Reviewer, Round

CALL = "call__batch"


def round_for(request: SignedIn, pk: int, permission: str) -> Round:
    """A round, with call and batch at hand. Raises Http404 where the person knows nothing of it, and
    PermissionDenied where this is not for them."""
    found = Round.objects.select_related("call__batch", "rubric").filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such round.")
    _check(request, found, permission)
    return found


def draft_for(request: SignedIn, pk: int, permission: str) -> Draft:
    """A draft with its round, call and batch."""
    found = Draft.objects.select_related("round__call__batch", "round__rubric").filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such draft.")
    _check(request, found.round, permission)
    if is_veiled(request, found.round):
        raise PermissionDenied(
            "You read for this blind round, and its drafts show names: they open to you when readings close."
        )
    return found


def is_veiled(request: SignedIn, round_: Round) -> bool:
    """Who reads for a blind round sees no names anywhere until its readings are closed."""
    return (
        round_.blind
        and round_.state in (Round.State.SETTING_UP, Round.State.REVIEWING)
        and Reviewer.objects.filter(round=round_, user=request.user, active=True).exists()
    )


def _check(request: SignedIn, round_: Round, permission: str) -> None:
    if may(request.user, permission, round_):
        return
    if not Round.objects.visible_to(request.user).filter(pk=round_.pk).exists():
        raise Http404("There is no such round, or it is not yours.")
    raise PermissionDenied("This is for the committee and for those who run the round.")


def sheet_for(request: SignedIn, pk: int) -> Assignment:
    """A reading of the person's own. Raises Http404 for every other."""
    found = (
        Assignment.objects.read_by(request.user)
        .select_related(
            "round__rubric",
            "round__call",
            "reviewer__user",
            "application__user",
            "application__city",
            "application__home_state",
            "application__call",
            "review",
        )
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Http404("There is no such reading, or it is not yours.")
    return found
