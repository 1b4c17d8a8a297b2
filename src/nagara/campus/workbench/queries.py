"""Questions about questions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    from nagara.campus.workbench.models import SavedQuery  # noqa: F401


class SavedQueries(models.QuerySet["SavedQuery"]):
    """Everybody sees their own; a shared one is opened by its link."""

    def visible_to(self, user: Any) -> SavedQueries:
        return self.filter(user=user) if user.is_authenticated else self.none()
