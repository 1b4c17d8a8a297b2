"""Who signs packs, and the ticket by which answers find home.

The key belongs to a room above: it gives its signer in AppConfig.ready().
"""

from __future__ import annotations

from collections.abc import Mapping

from django.core import signing

from nagara.campus.labwork.models import LabWork
from nagara.campus.people.models import User
from nagara.citylab.errors import CityLabError
from nagara.citylab.labs.pack import BadPack, Sign

SALT = "labwork.offline"
_signers: list[Sign] = []


def use(sign: Sign) -> None:
    """The signer of this site."""
    _signers[:] = [sign]


def signed(data: bytes) -> Mapping[str, str]:
    """The site's signature over some bytes. Raises CityLabError where nobody signs."""
    if not _signers:
        raise CityLabError("This site has no key that signs.", mend="Tell the office.")
    return _signers[0](data)


def ticket_of(work: LabWork) -> str:
    """What the answers of a pack carry: whose work they belong to, said by the site."""
    return signing.dumps({"work": work.pk, "user": work.user_id, "run": work.run_id}, salt=SALT)


def work_of(ticket: str, *, user: User) -> LabWork:
    """The work that a ticket names, for the person whose it is. Raises BadPack in plain words."""
    try:
        told = signing.loads(ticket, salt=SALT)
    except signing.BadSignature:
        raise BadPack(
            "This file does not come from a pack of this site, or somebody changed it.",
            mend="Open the pack that you took from here and save your answers again.",
        ) from None
    if told["user"] != user.pk:
        raise BadPack("These are the answers of another person's pack.", mend="Bring the file of your own.")
    found = (
        LabWork.objects.select_related("assignment__batch", "user").filter(pk=told["work"], user=user).first()
    )
    if found is None or found.run_id != told["run"]:
        raise BadPack("The work that this pack belongs to is not here any more.")
    return found
