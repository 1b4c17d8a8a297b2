"""Finding what a page is about, for those who may open it."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404

from nagara.campus.labwork.models import LabAssignment, LabWork, TaskState
from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.campus.programmes.models import Batch

TEACHERS = "This is for the lecturers and mentors of the batch, and for the office."


def batch_for(request: SignedIn, slug: str, permission: str = "") -> Batch:
    """A batch that the person may see; with `permission`: and for which they have it."""
    found = Batch.objects.visible_to(request.user).filter(slug=slug).first()
    if found is None:
        raise Http404("There is no such batch, or it is not yours.")
    if permission and not may(request.user, permission, found):
        raise PermissionDenied(TEACHERS)
    return found


def assignment_for(request: SignedIn, pk: int, permission: str = "") -> LabAssignment:
    """A lab of a batch that the person may see; with `permission`: and for which they have it."""
    found = LabAssignment.objects.visible_to(request.user).select_related("batch").filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such lab, or it is not yours.")
    if permission and not may(request.user, permission, found):
        raise PermissionDenied(TEACHERS)
    return found


def work_for(request: SignedIn, pk: int, *, own: bool = False) -> LabWork:
    """A person's work: one's own, or of a batch where one grades. `own`: only one's own may be changed."""
    found = (
        LabWork.objects.visible_to(request.user)
        .select_related("assignment__batch", "user")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Http404("There is no such work, or it is not yours.")
    if own and found.user_id != request.user.pk:
        raise PermissionDenied("Only the person whose work it is answers.")
    return found


def task_for(work: LabWork, task: str) -> TaskState:
    """A task of a work."""
    found = TaskState.objects.filter(work=work, task=task).first()
    if found is None:
        raise Http404("There is no such task in this lab.")
    found.work = work
    return found
