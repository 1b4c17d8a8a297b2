"""Memory of the site with two processes after each page of the campus cases was asked for."""

from __future__ import annotations

import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from http.cookiejar import CookieJar
from pathlib import Path

from benchmarks import data, nagara_site
from benchmarks.case import Plan, Run, Target, run_side
from benchmarks.measure import Compared

TITLE = "Memory of the site, two processes, after its campus pages and the first page"
PAGES = ("", "cities/", "calls/", "webinars/", "account/login/", "health/")
"""What anyone may open."""


def plan(quick: bool) -> Plan:
    folder = str(data.work_folder() / "nagara-site")
    return Plan(Run("nagara", (folder, "2" if quick else "8")), most_rounds=1, warm_up=0)


def nagara(folder: str, times: str) -> None:
    """Start the server as `nagara serve --workers 2` does, ask each page `times` times so that both processes
    answer, and add up what they hold."""
    nagara_site.plan_sessions(folder)
    nagara_site._start(folder)
    from nagara.campus.serve import _free, environment, prepare, web_command

    env = environment()
    prepare(env)
    port = _free("127.0.0.1", 0)
    server = subprocess.Popen(web_command("127.0.0.1", port, 2), env=env)
    try:
        cookie = nagara_site.signed_in("person100@example.org")
        _ask(f"http://127.0.0.1:{port}/", cookie, [*nagara_site.campus_pages(), *PAGES] * int(times))
        held = [_memory(pid) for pid in _family(server.pid)]
    finally:
        server.terminate()
        server.wait(timeout=30)
    print(
        f"{sum(h['Rss'] for h in held):.0f} MB resident, {sum(h['Pss'] for h in held):.0f} MB with what they"
        f" share counted once, {len(held)} processes"
    )


def _ask(site: str, cookie: str, pages: Sequence[str]) -> None:
    for _ in range(100):
        try:
            urllib.request.urlopen(site + "health/").close()
            break
        except OSError:
            time.sleep(0.2)
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    for page in pages:
        asked = urllib.request.Request(site + page.lstrip("/"), headers={"Cookie": cookie})
        try:
            opener.open(asked).close()
        except urllib.error.HTTPError as error:
            raise SystemExit(f"{page}: {error}") from error


def _family(pid: int) -> list[int]:
    """A process and those that it started."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += _family(int(child))
    return found


def _memory(pid: int) -> dict[str, float]:
    """Rss and Pss of a process in MB, as the kernel counts them."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return {name: int(kb) / 1024 for name, kb in re.findall(r"^(Rss|Pss): +(\d+) kB", text, re.MULTILINE)}


def targets(found: Sequence[Compared]) -> list[Target]:
    (one,) = found
    return [Target("MB resident, all processes", float(one.said.split()[0]), 250, "MB", at_least=False)]


SIDES = {"nagara": nagara}
if __name__ == "__main__":
    sys.exit(run_side(SIDES))
