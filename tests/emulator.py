"""An S3 emulator in a process of its own, for tests of a lake that is far away."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def emulator(folder: Path) -> Iterator[str]:
    """Address of an S3 emulator with a bucket `lakes`; its log goes to `folder`."""
    pytest.importorskip("moto.server", reason="moto is not installed: no S3 emulator")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with (folder / "log").open("w") as log:
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            _make_bucket(url, process)
            yield url
        finally:
            process.kill()
            process.wait()


def _make_bucket(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        try:
            urllib.request.urlopen(urllib.request.Request(f"{url}/lakes", method="PUT"))
            return
        except (urllib.error.URLError, ConnectionError):
            assert process.poll() is None, "the emulator did not start"
            time.sleep(0.1)


def access(url: str) -> dict[str, str]:
    """What a client must know, as environment variables or options of a lake."""
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "AWS_ALLOW_HTTP": "true",
    }
