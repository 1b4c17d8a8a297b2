"""Nearest service of five categories from every node of a street network, all in; and pandana."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.case import PEERS, Plan, Run, Target, run_side, timed
from benchmarks.measure import Compared

TITLE = "Nearest of 5 categories on 200 k street nodes"
SIDE = 450
LIMIT_M = 5_000


def _make(path: Path, side: int) -> None:
    """A crooked grid of streets and places of five categories, as one npz file."""
    import numpy as np

    rng = np.random.default_rng(3)
    i, j = np.divmod(np.arange(side * side), side)
    lon = 106.6 + (j + rng.uniform(-0.3, 0.3, len(j))) * 0.001
    lat = -6.4 + (i + rng.uniform(-0.3, 0.3, len(i))) * 0.001
    node = np.arange(side * side)
    u = np.r_[node[j < side - 1], node[i < side - 1]]
    v = np.r_[node[j < side - 1] + 1, node[i < side - 1] + side]
    kept = rng.random(len(u)) < 0.93
    u, v = u[kept], v[kept]
    east = (lon[u] - lon[v]) * 111_195 * np.cos(np.radians(lat[u]))
    metres = np.hypot(east, (lat[u] - lat[v]) * 111_195)
    places = {
        f"{axis}_{c}": rng.uniform(low, low + side * 0.001, 2000)
        for c in range(5)
        for axis, low in (("lon", 106.6), ("lat", -6.4))
    }
    with path.open("wb") as file:
        np.savez(file, lon=lon, lat=lat, u=u, v=v, metres=metres, **places)


def plan(quick: bool) -> Plan:
    from benchmarks import data

    side = 40 if quick else SIDE
    given = (str(data.once(data.work_folder() / f"streets-{side}.npz", lambda p: _make(p, side))),)
    return Plan(Run("nagara", given), {"pandana": Run("pandana", given, PEERS)}, most_rounds=1, warm_up=0)


def nagara(file: str) -> None:
    import numpy as np
    import pyarrow as pa

    from nagara.citylab.kernels.network import Snapper, nearest, network_of

    raw = dict(np.load(file))
    n = len(raw["lon"])
    nodes = pa.table({"node_id": np.arange(n), "lon": raw["lon"], "lat": raw["lat"]})
    edges = pa.table(
        {"u": raw["u"], "v": raw["v"], "metres": raw["metres"], "modes": ["wbc"] * len(raw["u"])}
    )
    with timed():
        network = network_of(nodes, edges, "w")
        snapper = Snapper(network, least_part=50)
        targets = {str(c): snapper.snap(raw[f"lon_{c}"], raw[f"lat_{c}"], cap_m=500.0) for c in range(5)}
        metres = nearest(network, targets, limit_m=LIMIT_M)
        print(float(np.median(metres[np.isfinite(metres)])))


def pandana(file: str) -> None:
    import numpy as np
    import pandana as pdna
    import pandas as pd

    raw = dict(np.load(file))
    index = np.arange(len(raw["lon"]))
    with timed():
        network = pdna.Network(
            pd.Series(raw["lon"], index),
            pd.Series(raw["lat"], index),
            pd.Series(raw["u"]),
            pd.Series(raw["v"]),
            pd.DataFrame({"metres": raw["metres"]}),
            twoway=True,
        )
        middle = []
        for c in range(5):
            network.set_pois(str(c), LIMIT_M, 1, pd.Series(raw[f"lon_{c}"]), pd.Series(raw[f"lat_{c}"]))
            middle.append(network.nearest_pois(LIMIT_M, str(c), num_pois=1)[1].median())
        print(float(np.median(middle)))


def targets(found: Sequence[Compared]) -> list[Target]:
    (one,) = found
    return [
        Target("seconds, network built and five searched", one.seconds, 0.7, "s", at_least=False),
        Target("times as fast as pandana", one.ratio or 0, 10),
    ]


SIDES = {"nagara": nagara, "pandana": pandana}
if __name__ == "__main__":
    run_side(SIDES)
