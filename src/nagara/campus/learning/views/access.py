"""Finding what a page is about, for those who may open it."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone

from nagara.campus.learning.models import Assignment, Material, PeerReview, Submission
from nagara.campus.learning.queries import enrolment_of
from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.campus.programmes.models import Batch, Enrolment

TEACH, GRADE = "learning.teach", "learning.grade"


def batch_for(request: SignedIn, slug: str, permission: str = "") -> Batch:
    """A batch. Raises Http404 where the person knows nothing of it, PermissionDenied where `permission` is
    asked and not theirs."""
    found = (
        Batch.objects.visible_to(request.user).select_related("version__programme").filter(slug=slug).first()
    )
    if found is None:
        raise Http404("There is no such batch, or it is not yours.")
    if permission:
        check(request, found, permission)
    return found


def check(request: SignedIn, batch: Batch, permission: str) -> None:
    if not may(request.user, permission, batch):
        raise PermissionDenied("This is for those who teach in the batch.")


def material_for(request: SignedIn, pk: int, permission: str = "") -> Material:
    """A material: published, or a draft for those who teach."""
    found = (
        Material.objects.visible_to(request.user, timezone.now())
        .select_related("batch", "module", "activity", "session__activity")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Http404("There is no such material, or it is not shown yet.")
    if permission:
        check(request, found.batch, permission)
    return found


def assignment_for(request: SignedIn, pk: int, permission: str = "") -> Assignment:
    """An assignment: published, or a draft for those who teach."""
    found = (
        Assignment.objects.visible_to(request.user, timezone.now())
        .select_related("batch__version__programme", "rubric", "module", "course", "activity")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Http404("There is no such assignment, or it is not shown yet.")
    if permission:
        check(request, found.batch, permission)
    return found


def learner_for(request: SignedIn, batch: Batch) -> Enrolment:
    """The person's place in the batch: 403 for everyone else."""
    found = enrolment_of(request.user, batch)
    if found is None:
        raise PermissionDenied("This is for those who learn in the batch.")
    return found


def submission_for(request: SignedIn, pk: int) -> Submission:
    """Handed-in work of a batch in which one grades: 404 for everyone else, learners too."""
    found = (
        Submission.objects.select_related(
            "assignment__batch__version__programme", "assignment__rubric", "enrolment__user", "group"
        )
        .filter(pk=pk, number__gt=0)
        .first()
    )
    if found is None or not may(request.user, GRADE, found.assignment.batch):
        raise Http404("There is no such work, or it is not yours to grade.")
    return found


def review_for(request: SignedIn, pk: int) -> PeerReview:
    """A paper that this person was given to read: 404 for everyone else."""
    found = (
        PeerReview.objects.select_related(
            "submission__assignment__rubric",
            "submission__assignment__batch",
            "submission__enrolment__user",
            "reviewer",
        )
        .filter(pk=pk, reviewer__user=request.user)
        .exclude(reviewer__state=Enrolment.State.WITHDRAWN)
        .first()
    )
    if found is None:
        raise Http404("There is no such paper, or it is not yours to read.")
    return found
