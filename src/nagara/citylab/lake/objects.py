"""A lake on an object store (S3 and what speaks like it).

Put-if-absent is the store's own conditional write. DuckDB and Arrow read local copies: the files never
change, so a copy is either right or not there. There are no locks and no leases: writers that meet run
again, and snapshots are kept by age.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import obstore
from obstore.exceptions import AlreadyExistsError, NotFoundError
from obstore.store import from_url

from nagara.citylab.errors import CityLabError
from nagara.citylab.lake.locks import Hold
from nagara.citylab.lake.storage import Entry


def cache_folder() -> Path:
    """Where copies are kept: NAGARA_CACHE, else the user's cache folder."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("NAGARA_CACHE") or Path(home) / "nagara")


class Bucket:
    """A lake under an address such as `s3://bucket/folder`.

    Credentials and endpoint come from the usual environment variables (AWS_ACCESS_KEY_ID,
    AWS_ENDPOINT_URL, ...), or from `options` under the same names.
    """

    locks = False

    def __init__(
        self, url: str, *, options: Mapping[str, str] | None = None, cache: Path | None = None
    ) -> None:
        self._url = url.rstrip("/")
        given = {
            name.lower(): value
            for name, value in os.environ.items()
            if name.upper().startswith("AWS_") and value
        } | {name.lower(): value for name, value in (options or {}).items()}
        self.options = {"aws_conditional_put": "etag"} | given
        client: Any = {"allow_http": True} if given.get("aws_allow_http", "").lower() in ("1", "true") else {}
        known = ("access_key_id", "secret_access_key", "session_token", "endpoint_url", "endpoint", "region",
                 "default_region", "virtual_hosted_style_request", "skip_signature")  # fmt: skip
        config: Any = {name: value for name, value in given.items() if name.removeprefix("aws_") in known}
        try:
            self._store = from_url(self._url, config=config, client_options=client)
        except Exception as error:
            raise CityLabError(
                f"the address of the lake cannot be used: {error}",
                where=url,
                mend="Give a folder or s3://bucket/folder, and set AWS_ACCESS_KEY_ID, "
                "AWS_SECRET_ACCESS_KEY, AWS_REGION (and AWS_ENDPOINT_URL).",
            ) from error
        name = hashlib.sha256(self._url.encode()).hexdigest()[:16]
        self.cache = (cache or cache_folder()) / name

    def __repr__(self) -> str:
        return self._url

    def uri(self, key: str) -> str:
        return f"{self._url}/{key}"

    def put_new(self, key: str, content: bytes, *, mode: int = 0o644) -> bool:  # noqa: ARG002
        try:
            obstore.put(self._store, key, content, mode="create", use_multipart=False)
        except AlreadyExistsError:
            return False
        return True

    def get(self, key: str) -> bytes:
        try:
            return bytes(obstore.get(self._store, key).bytes())
        except (NotFoundError, FileNotFoundError) as error:
            raise FileNotFoundError(key) from error

    def entries(self, prefix: str) -> list[Entry]:
        found = obstore.list_with_delimiter(self._store, prefix or None)
        return sorted(
            (Entry(m["path"], m["size"], m["last_modified"].timestamp()) for m in found["objects"]),
            key=lambda entry: entry.key,
        )

    def folders(self, prefix: str) -> list[str]:
        found = obstore.list_with_delimiter(self._store, prefix or None)
        return sorted(name.rstrip("/").rpartition("/")[2] for name in found["common_prefixes"])

    def delete(self, keys: Iterable[str]) -> None:
        for key in keys:
            with suppress(NotFoundError, FileNotFoundError):
                obstore.delete(self._store, key)
            (self.cache / key).unlink(missing_ok=True)

    def local(self, key: str) -> str:
        path = self.cache / key
        if not path.exists():
            with self._arriving(path) as draft, draft.open("wb") as file:
                try:
                    for chunk in obstore.get(self._store, key).stream(min_chunk_size=8 << 20):
                        file.write(chunk)
                except (NotFoundError, FileNotFoundError) as error:
                    raise FileNotFoundError(key) from error
        return str(path)

    def copies(self, keys: Iterable[str]) -> list[str]:
        with ThreadPoolExecutor(8) as pool:
            return list(pool.map(self.local, keys))

    @contextmanager
    def writing(self, key: str) -> Iterator[Path]:
        with self._arriving(self.cache / key) as draft:
            yield draft
            obstore.put(self._store, key, draft)

    def sync(self, keys: Iterable[str]) -> None:
        """Nothing to do: an object store answers when the object is safe."""

    def lock(self, key: str, *, wait: float) -> Hold | None:  # noqa: ARG002
        return None

    def lease(self, key: str) -> Hold | None:  # noqa: ARG002
        return None

    def seize(self, key: str, *, wait: float) -> Hold | None:  # noqa: ARG002
        return None

    def forget(self, folder: str, *, marks: Iterable[str], keep: Callable[[], Iterable[str]]) -> None:
        """Remove local copies under `folder` when something was erased there (by anyone) since last time.

        `marks` are the marks of erasure in the store, `keep()` the keys that are still wanted.
        """
        noted = self.cache / folder / "erased"
        now = "\n".join(sorted(marks))
        before = noted.read_text() if noted.exists() else ""
        if now == before:
            return
        wanted = {self.cache / key for key in keep()}
        for path in (self.cache / folder).rglob("*.parquet"):
            if path not in wanted:
                path.unlink(missing_ok=True)
        noted.parent.mkdir(parents=True, exist_ok=True)
        noted.write_text(now)

    def clear_cache(self) -> None:
        """Remove every local copy."""
        shutil.rmtree(self.cache, ignore_errors=True)

    @contextmanager
    def _arriving(self, path: Path) -> Iterator[Path]:
        """A file that takes its name only when it is whole."""
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.parent / f".{path.name}.{uuid.uuid4().hex}"
        try:
            yield draft
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
