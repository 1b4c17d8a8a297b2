"""Finding an assessment for a request."""

from __future__ import annotations

from django.http import Http404

from nagara.campus.people.requests import SignedIn
from nagara.campus.readiness.models import Assessment


def assessment_for(request: SignedIn, pk: int) -> Assessment:
    """The assessment, if this person may see it. Raises Http404: others need not know that it exists."""
    found = (
        Assessment.objects.visible_to(request.user)
        .select_related("city__state", "instrument", "city_yes", "expert_yes")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Http404("There is no such assessment, or it is not yours.")
    return found
