"""Who may open what of curricula."""

from addresses import Made

PEOPLE = ()


def make(crowd) -> Made:
    return Made()


CASES = {
    "city-curriculum": (
        "GET",
        {"slug": "jakarta"},
        {"nobody": 302, "charlie": 404, "bob": 404, "alice": 404, "olga": 404},
    )
}
PAGES: list[tuple[str, str]] = []
