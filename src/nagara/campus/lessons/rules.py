"""Who reads the instructor's pages: those who teach, mentor or verify, and the office."""

from __future__ import annotations

from typing import Any

import rules

from nagara.campus.people.queries import now_valid
from nagara.campus.people.rules import in_office, signed_in
from nagara.campus.programmes.models import BatchRole, RoleKind
from nagara.campus.readiness.models import Expert

TEACHING = ("lecturer", "mentor")


@rules.predicate
def teaches_somewhere(user: Any, thing: Any = None) -> bool:
    """A lecturer, a mentor or who runs a batch today; a programme expert."""
    if not getattr(user, "is_authenticated", False):
        return False
    running = RoleKind.objects.filter(runs=True).values("slug")
    posts = BatchRole.objects.filter(now_valid(), user=user)
    if posts.filter(role__in=TEACHING).exists() or posts.filter(role__in=running).exists():
        return True
    return Expert.objects.filter(now_valid(), user=user).exists()


rules.add_perm("lessons.instruct", signed_in & (in_office | teaches_somewhere))
