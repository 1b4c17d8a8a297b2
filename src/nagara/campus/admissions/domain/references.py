"""Short names and numbers that people can say on the telephone."""

from __future__ import annotations

from nagara.campus.admissions.models import Call


def prefix_for(slug: str) -> str:
    """Letters for the numbers of a call's applications: "ascn-short-course-2027" -> "ASC-2027", and
    another ending where that is taken."""
    words = slug.split("-")
    letters = "".join(word[0] for word in words if word and not word[0].isdigit()).upper() or "C"
    years = [word for word in words if word.isdigit()]
    base = "-".join([letters, *years[:1]])[:16]
    taken = set(Call.objects.filter(prefix__startswith=base).values_list("prefix", flat=True))
    number, prefix = 1, base
    while prefix in taken:
        number += 1
        prefix = f"{base}.{number}"
    return prefix


def next_reference(call: Call) -> str:
    """The next number of a call: "ASC-2027-0042". Call it under the call's lock; none is used twice."""
    last = (
        call.applications.filter(reference__isnull=False)
        .order_by("-reference")
        .values_list("reference", flat=True)
    )
    number = int(str(last[0]).rsplit("-", 1)[1]) + 1 if last else 1
    return f"{call.prefix}-{number:04d}"
