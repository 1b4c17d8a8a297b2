"""Where the site keeps its things on this machine: one folder, named by NAGARA_HOME."""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path


def home() -> Path:
    """The folder of database, secret, uploads and lake; made when it is missing."""
    folder = Path(os.environ.get("NAGARA_HOME") or Path.home() / ".nagara").expanduser().resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def lake_root() -> str:
    """Folder or address of the lake: NAGARA_LAKE, else `lake` under the home folder."""
    return os.environ.get("NAGARA_LAKE") or str(home() / "lake")


def secret_key() -> str:
    """The key that signs sessions: SECRET_KEY, else one made once and kept in the home folder (0600)."""
    return os.environ.get("SECRET_KEY") or _kept("secret", secrets.token_urlsafe(64))


def field_keys() -> list[str]:
    """The keys of encrypted fields, the one that writes first: NAGARA_FIELD_KEY, else one made once."""
    made = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    return words("NAGARA_FIELD_KEY") or [_kept("field-key", made)]


def _kept(name: str, fresh: str) -> str:
    """The text of a file in the home folder, made with `fresh` when it is missing."""
    path = home() / name
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text("utf-8").strip()
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(fresh)
    return fresh


def flag(name: str, *, default: bool = False) -> bool:
    """An on/off variable of the environment: 1, true, yes, on."""
    value = os.environ.get(name)
    return default if value is None else value.strip().lower() in {"1", "true", "yes", "on"}


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated variable of the environment."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def whole(name: str, default: int) -> int:
    """A whole-number variable of the environment."""
    return int(os.environ.get(name) or default)
