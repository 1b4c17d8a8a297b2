"""Verbs of the workbench."""

from nagara.campus.workbench.domain.questions import ask, remove, rename, share, unshare

__all__ = ["ask", "remove", "rename", "share", "unshare"]
