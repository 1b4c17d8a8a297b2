"""People who sign in, the office, what they agreed to, and their earlier programmes."""

from nagara.campus.people.models.consents import Consent, ConsentText
from nagara.campus.people.models.links import Invitation, SpentLink
from nagara.campus.people.models.past import PastParticipation, PeopleImport
from nagara.campus.people.models.person import OfficeMember, User, UserManager
from nagara.campus.people.models.tokens import SCOPES, ProgramToken

__all__ = [
    "SCOPES",
    "Consent",
    "ConsentText",
    "Invitation",
    "OfficeMember",
    "PastParticipation",
    "PeopleImport",
    "ProgramToken",
    "SpentLink",
    "User",
    "UserManager",
]
