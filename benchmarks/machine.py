"""The machine, the Pythons and the versions that figures come from."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.case import OWN, PEERS, SITE_PEERS

ROOT = Path(__file__).parents[1]


def pythons() -> dict[str, str]:
    """Our own Python, and those of the peers' environments (`make bench` makes them)."""
    peers = Path(os.environ.get("NAGARA_PEERS", ROOT / ".envs" / "peers" / "bin" / "python"))
    site = Path(os.environ.get("NAGARA_SITE_PEERS", ROOT / ".envs" / "site-peers" / "bin" / "python"))
    return {OWN: sys.executable, PEERS: str(peers), SITE_PEERS: str(site)}


def machine() -> dict[str, Any]:
    """Where and with what it was measured."""
    import duckdb
    import numpy
    import pyarrow

    own = {"python": platform.python_version(), "duckdb": duckdb.__version__}
    own |= {"pyarrow": pyarrow.__version__, "numpy": numpy.__version__}
    cpu = next(
        (
            line.split(":")[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    peers = pythons()[PEERS]
    listed = ""
    if Path(peers).exists():
        names = [n for n in (ROOT / "benchmarks" / "peers.txt").read_text().split("\n") if n[:1].isalpha()]
        script = (
            "import sys; from importlib.metadata import version;"
            " print(', '.join(f'{n} {version(n)}' for n in sys.argv[1:]))"
        )
        listed = subprocess.run(
            [peers, "-c", script, *names], capture_output=True, text=True, check=False
        ).stdout.strip()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {"cpu": cpu, "cores": os.cpu_count(), "memory_gib": round(memory), "own": own, "peers": listed}
