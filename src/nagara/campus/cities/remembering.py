"""Facts of a snapshot, worked out once a process.

A snapshot never changes, so what was worked out from it cannot go stale: the key names the snapshot, and a
new import, run or erasure makes a new one. Only facts are kept, never a `Snapshot`: that holds a reader's
lease, and an erasure would wait for it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar

MOST = 1000
"""Facts kept; the longest unused go first."""

T = TypeVar("T")
_known: OrderedDict[Hashable, Any] = OrderedDict()
_lock = Lock()


def remembered(key: Hashable, work_out: Callable[[], T]) -> T:
    """The fact of that key, worked out at first use. Callers must not change what they get."""
    with _lock:
        if key in _known:
            _known.move_to_end(key)
            found: T = _known[key]
            return found
    value = work_out()
    with _lock:
        _known[key] = value
        while len(_known) > MOST:
            _known.popitem(last=False)
    return value
