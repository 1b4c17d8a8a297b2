"""Finding what a page is about, for those who may open it."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404

from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.campus.programmes.models import Batch
from nagara.campus.quizzes.models import Attempt, Bank, Item, Quiz

LECTURERS = "This is for the lecturers and mentors of the batch, and for the office."


def bank_for(request: SignedIn, slug: str) -> Bank:
    """A bank, for those who work on banks. Others hear that there is none."""
    found = Bank.objects.visible_to(request.user).select_related("module").filter(slug=slug).first()
    if found is None or not may(request.user, "quizzes.edit_banks"):
        raise Http404("There is no such bank, or it is not for you.")
    return found


def item_for(request: SignedIn, slug: str, key: str) -> Item:
    """An item of a bank, with its newest version."""
    bank = bank_for(request, slug)
    found = Item.objects.filter(bank=bank, key=key).select_related("newest", "bank").first()
    if found is None:
        raise Http404("There is no such question in this bank.")
    return found


def batch_for(request: SignedIn, slug: str, permission: str = "") -> Batch:
    """A batch that the person may see; with `permission`: and for which they have it."""
    found = Batch.objects.visible_to(request.user).filter(slug=slug).first()
    if found is None:
        raise Http404("There is no such batch, or it is not yours.")
    if permission and not may(request.user, permission, found):
        raise PermissionDenied(LECTURERS)
    return found


def quiz_for(request: SignedIn, pk: int, permission: str = "") -> Quiz:
    """A quiz that the person may see; with `permission`: and for which they have it."""
    found = (
        Quiz.objects.visible_to(request.user)
        .select_related("batch", "purpose", "module")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Http404("There is no such quiz, or it is not yours.")
    if permission and not may(request.user, permission, found):
        raise PermissionDenied(LECTURERS)
    return found


def attempt_for(request: SignedIn, pk: int) -> Attempt:
    """An attempt: one's own, or of a quiz in which one teaches."""
    found = Attempt.objects.select_related("quiz__batch", "quiz__purpose", "user").filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such attempt, or it is not yours.")
    if found.user_id != request.user.pk and not may(request.user, "quizzes.edit", found.quiz):
        raise Http404("There is no such attempt, or it is not yours.")
    return found
