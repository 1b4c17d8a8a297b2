"""`nagara serve`: the site and its worker as two child processes, ended together."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path

from nagara.campus.home import home, lake_root
from nagara.citylab.errors import CityLabError

Say = Callable[[str], None]


class ServeError(CityLabError):
    """The site could not be started; the message says why and what to do."""


def serve(
    host: str = "127.0.0.1",
    port: int = 8000,
    *,
    workers: int = 1,
    demo: bool = False,
    find_port: bool = False,
    say: Say = print,
    ready: Callable[[str], None] | None = None,
) -> int:
    """Start the site (granian, WSGI) and the job worker, and wait until one of them or the caller ends.

    `port` 0, or `find_port` with a port that is taken, picks a free one. `demo` sets NAGARA_DEMO for the
    children. `say` prints lines for people; `ready` is called with the address once the site answers.
    Returns an exit code. Ends only the processes that it started. Raises ServeError.
    """
    chosen = _port(host, port, find_port=find_port)
    env = environment(demo=demo)
    address = f"http://{_shown(host)}:{chosen}/"
    children: list[subprocess.Popen[bytes]] = []
    before = signal.signal(signal.SIGTERM, _interrupt)  # from the first child on, being asked to end ends all
    try:
        prepare(env, say=say)
        children.append(_start(web_command(host, chosen, workers), env))
        children.append(_start([sys.executable, "-m", "django", "db_worker", "--interval", "0.5"], env))
        _wait_until_answering(address, children[0])
        _warm(address)
        say(f"Nagara answers at {address}  (stop with Ctrl-C)")
        if ready is not None:
            ready(address)
        return _watch(children)
    except KeyboardInterrupt:
        return 0
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        _end(children)
        signal.signal(signal.SIGTERM, before)


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def environment(*, demo: bool = False) -> dict[str, str]:
    """The children's environment: this one, with the settings module, home and lake named."""
    env = dict(os.environ)
    env.update(
        DJANGO_SETTINGS_MODULE="nagara.campus.settings",
        NAGARA_HOME=str(home()),
        NAGARA_LAKE=lake_root(),
        PYTHONUNBUFFERED="1",
    )
    env.setdefault("MALLOC_ARENA_MAX", "1")  # glibc: one heap, not one a thread; Python runs one at a time
    if demo:
        env["NAGARA_DEMO"] = "1"
    return env


def prepare(env: dict[str, str], *, say: Say = print) -> None:
    """Bring database, seeds and static files up to date. Safe to repeat."""
    _manage(["prepare"], env)
    target = home() / "static"
    mark = target / "fingerprint"
    fingerprint = static_fingerprint()
    if not (mark.is_file() and mark.read_text("utf-8") == fingerprint):
        say("Collecting the files that the site serves ...")
        shutil.rmtree(target, ignore_errors=True)
        _manage(["collectstatic", "--noinput", "--verbosity", "0"], env | {"NAGARA_COLLECTING": "1"})
        mark.write_text(fingerprint, "utf-8")


def static_fingerprint() -> str:
    """Changes when a static file of ours, of an asset package or of a library changes."""
    from nagara import __version__

    parts = [__version__]
    here = Path(__file__).parent
    for folder in [*sorted(here.glob("*/static")), here / "design" / "assets" / "static"]:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                stat = path.stat()
                parts.append(f"{path.name}:{stat.st_size}:{stat.st_mtime_ns}")
    return "\n".join(parts)


def web_command(host: str, port: int, workers: int) -> list[str]:
    """granian as WSGI server."""
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi"),
        *("--host", host, "--port", str(port), "--workers", str(workers)),
        *("--blocking-threads", str(2 * (os.cpu_count() or 2)), "--backpressure", "64"),
        *("--no-ws", "--log-level", "warning"),
        "nagara.campus.wsgi:application",
    ]


def _manage(words: Sequence[str], env: dict[str, str]) -> None:
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "django", *words], env=env, capture_output=True, text=True, check=False
    )
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:]
        raise ServeError(f"`{words[0]}` failed: {''.join(last)}")


def _start(command: Sequence[str], env: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, env=env, start_new_session=True)  # noqa: S603


def _port(host: str, port: int, *, find_port: bool) -> int:
    try:
        return _free(host, port)
    except OSError as error:
        if find_port:
            return _free(host, 0)
        raise ServeError(
            f"port {port} of {host} cannot be used ({error.strerror}).",
            mend="Name another with --port, or let --port 0 find a free one.",
        ) from error


def _free(host: str, port: int) -> int:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
        return int(probe.getsockname()[1])


def _shown(host: str) -> str:
    if host in {"0.0.0.0", "::"}:  # noqa: S104 (compared, not bound)
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _wait_until_answering(address: str, web: subprocess.Popen[bytes], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if web.poll() is not None:
            raise ServeError(f"the web server ended with code {web.returncode}; see the lines above")
        try:
            with urllib.request.urlopen(f"{address}health/", timeout=2):  # noqa: S310 (our own address)
                return
        except urllib.error.HTTPError:
            return  # it answers: a host name that is not allowed still proves that it runs
        except OSError:
            time.sleep(0.1)
    raise ServeError(f"the web server did not answer within {seconds:.0f} s")


def _warm(address: str) -> None:
    """Ask for the first page once, so that the first reader does not wait for the map to be drawn."""
    with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=20):  # noqa: S310
        pass


def _watch(children: Sequence[subprocess.Popen[bytes]]) -> int:
    """Wait until a child ends by itself; a signal to stop ends the wait as KeyboardInterrupt."""
    while True:
        for child in children:
            if child.poll() is not None:
                return child.returncode or 1
        time.sleep(0.2)


def _end(children: Sequence[subprocess.Popen[bytes]]) -> None:
    for child in children:
        if child.poll() is None:
            child.terminate()
    for child in children:
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
