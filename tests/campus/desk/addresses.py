"""Who may open what at the desk."""

from __future__ import annotations

from addresses import Made

PEOPLE = ()
CASES = {
    "home": ("GET", {}, dict.fromkeys(("nobody", "charlie", "bob", "alice", "olga"), 200)),
    "desk": ("GET", {}, {"nobody": 302, "charlie": 200, "bob": 200, "alice": 200, "olga": 200}),
}
PAGES = [("/desk/", "charlie"), ("/desk/", "alice"), ("/desk/", "olga")]


def make(crowd) -> Made:
    return Made()
