"""The code on the screen: an HMAC of session and time step that changes every few seconds.

Only the server's clock counts. A code holds for its own step and one step of grace. The key is made from the
site's secret and never leaves the server.
"""

from __future__ import annotations

import hmac
from datetime import datetime
from hashlib import sha256

from django.conf import settings

from nagara.campus.attendance.domain.recording import AttendanceError

LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that looks like another
SHORT = 6
SCAN_AGAIN = "Point the camera at the screen again."


class OldCode(AttendanceError):
    """The code was right, a while ago."""


def step_at(now: datetime, seconds: int) -> int:
    """The number of the time step."""
    return int(now.timestamp()) // seconds


def seconds_left(now: datetime, seconds: int) -> float:
    """Until the code changes."""
    return seconds - now.timestamp() % seconds


def _sign(purpose: str, session: int, step: int) -> bytes:
    key = hmac.new(settings.SECRET_KEY.encode(), b"nagara.attendance.code", sha256).digest()
    return hmac.new(key, f"{purpose}:{session}:{step}".encode(), sha256).digest()


def token(session: int, step: int) -> str:
    """What the square on the screen carries: the step, and 96 bits of its signature."""
    return f"{step:x}-{_sign('scan', session, step).hex()[:24]}"


def short_code(session: int, step: int) -> str:
    """Six letters to type: about 30 bits, for 40 seconds, with a limit on tries."""
    number = int.from_bytes(_sign("type", session, step)[:8])
    made = ""
    for _ in range(SHORT):
        number, rest = divmod(number, len(LETTERS))
        made += LETTERS[rest]
    return made


def check_token(session: int, said: str, *, now: datetime, seconds: int) -> None:
    """Raises OldCode for a code of an earlier step, AttendanceError for one that was never right."""
    head, _, _ = said.partition("-")
    try:
        step = int(head, 16)
    except ValueError:
        step = -1
    if step < 0 or len(head) > 12 or not hmac.compare_digest(said.encode(), token(session, step).encode()):
        raise AttendanceError("This is no code of this session.", mend=SCAN_AGAIN)
    late = step_at(now, seconds) - step
    if late not in (0, 1):
        raise OldCode("This code is old: the screen shows a new one.", mend=SCAN_AGAIN)


def is_short_code(session: int, said: str, *, now: datetime, seconds: int) -> bool:
    """Whether six letters are the code of a session now or one step ago."""
    plain = "".join(said.upper().split())
    step = step_at(now, seconds)
    return any(
        hmac.compare_digest(plain.encode(), short_code(session, step - late).encode()) for late in (0, 1)
    )
