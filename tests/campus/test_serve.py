"""`nagara serve`: two processes that start together, do their work, and end together."""

from __future__ import annotations

import gzip
import http.cookiejar
import os
import re
import signal
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

from nagara.campus.serve import ServeError, _free, _port

PROGRAM = """
import sys
from nagara.campus.serve import serve
sys.exit(serve(port=0, demo=True))
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    env = {
        k: v
        for k, v in os.environ.items()
        if k not in {"DJANGO_SETTINGS_MODULE", "NAGARA_LAKE", "DATABASE_URL"}
    }
    env |= {"NAGARA_HOME": str(home), "PYTHONUNBUFFERED": "1"}
    log = (home / "log").open("w+")
    process = subprocess.Popen([sys.executable, "-c", PROGRAM], env=env, stdout=log, stderr=subprocess.STDOUT)
    address = None
    for _ in range(600):
        found = re.search(r"answers at (http://\S+/)", (home / "log").read_text())
        if found:
            address = found.group(1)
            break
        assert process.poll() is None, (home / "log").read_text()
        time.sleep(0.1)
    assert address, (home / "log").read_text()
    yield address, home, process, env
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0


def _children(pid: int) -> list[int]:
    return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _get(address: str) -> tuple[bytes, dict[str, str]]:
    request = urllib.request.Request(address, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return answer.read(), {k.lower(): v for k, v in answer.headers.items()}


def test_the_first_page_weighs_at_most_60_kb_in_at_most_12_requests(site):
    address, *_ = site
    body, headers = _get(address)
    assert headers["content-encoding"] == "gzip"
    page = gzip.decompress(body).decode()
    parts = set(re.findall(r'<(?:link|script|img)[^>]*?(?:href|src)="(/[^"]+)"', page))
    weight = len(body)
    for part in parts:
        content, kind = _get(address.rstrip("/") + part)
        weight += len(content)
        assert "max-age=315360000" in kind["cache-control"], part
    assert weight <= 60_000
    assert len(parts) + 1 <= 12


def test_the_secret_and_the_database_are_in_the_home_folder(site):
    _, home, *_ = site
    assert (home / "secret").stat().st_mode & 0o077 == 0
    assert (home / "nagara.sqlite3").is_file()


def test_a_job_that_a_person_starts_is_done_by_the_worker(site):
    address, _, _, env = site
    make = "from nagara.citylab import open_lake; from nagara.citylab.simulate import simulate; "
    make += "simulate(open_lake(), 'town', seed=1, days=2, sensors=4)"
    subprocess.run([sys.executable, "-c", make], env=env, check=True)
    jar = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))

    def send(path: str, **fields: str):
        page = browser.open(address + "recipes/sensor-qa/?city=town").read().decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page).group(1)
        data = urllib.parse.urlencode({"csrfmiddlewaretoken": token, **fields}).encode()
        return browser.open(urllib.request.Request(address + path, data, {"Referer": address}))

    send("account/login/", login="office@demo.example", password="nagara-demo-2026")
    answer = send("cities/town/run/sensor-qa/")
    for _ in range(100):
        answer = browser.open(answer.url)
        if "/runs/" in answer.url:
            break
        time.sleep(0.3)
    assert "Digest of the results" in answer.read().decode()


def test_both_processes_end_with_their_parent(tmp_path):
    env = {
        k: v
        for k, v in os.environ.items()
        if k not in {"DJANGO_SETTINGS_MODULE", "NAGARA_LAKE", "DATABASE_URL"}
    }
    env |= {"NAGARA_HOME": str(tmp_path), "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM], env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    for line in process.stdout:
        if "answers at" in line:
            break
    children = _children(process.pid)
    grandchildren = [g for c in children for g in _children(c)]
    assert len(children) == 2
    process.terminate()
    assert process.wait(20) == 0
    for pid in children + grandchildren:
        assert not Path(f"/proc/{pid}").exists() or "Z" in Path(f"/proc/{pid}/stat").read_text().split()[2]


def test_a_port_that_is_taken_is_said_in_words():
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ServeError, match=f"port {port}"):
            _port("127.0.0.1", port, find_port=False)
        assert _port("127.0.0.1", port, find_port=True) != port
    assert _free("127.0.0.1", 0) > 0


def test_a_process_that_nobody_asks_for_city_data_stays_small(tmp_path):
    heavy = "numpy scipy pyarrow duckdb deltalake shapely typst vl_convert openpyxl icalendar pyld holidays"
    code = (
        "import sys; from nagara.campus.wsgi import application; import nagara.campus.urls;"
        "import nagara.campus.cities.atlas, nagara.citylab.lake.storage;"
        "from nagara.citylab.recipes import catalogue; catalogue();"
        f"print([name for name in {heavy.split()!r} if name in sys.modules])"
    )
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "nagara.campus.settings", "NAGARA_HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
