"""What the room starts with: the terms of registration, to be edited by the office."""

from __future__ import annotations

from nagara.campus.webinars.domain.running import publish_terms
from nagara.campus.webinars.models import Terms

TEXT = (
    "We keep your name, e-mail address, organisation and country to run this webinar: to send you the link, "
    "reminders and changes, and to count who came from where. Only the programme office sees them. "
    "The webinar may be recorded and the recording published; write in the chat without your name if you "
    "do not want to be in it. You can withdraw or have your data erased at any time by your personal link."
)
NEWS = "Tell me by e-mail of further webinars."


def seed() -> None:
    """The first terms, where there are none."""
    if not Terms.objects.exists():
        publish_terms(text=TEXT, news=NEWS, by=None, reason="")
