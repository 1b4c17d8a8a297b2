"""The next items of an iterator, made by a thread while the last ones are being used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import Any, TypeVar

T = TypeVar("T")
_PATIENCE_S = 0.1


def ahead(items: Iterable[T], *, size: int = 2) -> Iterator[T]:
    """The same items in the same order, up to `size` of them ahead. What making them raises is raised here.

    The thread ends with the iterator, also where it is left early.
    """
    ready: Queue[tuple[str, Any]] = Queue(size)
    left = Event()

    def put(what: str, item: Any) -> None:
        while not left.is_set():
            with suppress(Full):
                ready.put((what, item), timeout=_PATIENCE_S)
                return

    def make() -> None:
        try:
            for item in items:
                put("item", item)
                if left.is_set():
                    return
            put("end", None)
        except BaseException as error:
            put("error", error)

    worker = Thread(target=make, name="ahead", daemon=True)
    worker.start()
    try:
        while True:
            what, item = ready.get()
            if what == "error":
                raise item
            if what == "end":
                return
            yield item
    finally:
        left.set()
        with suppress(Empty):
            ready.get_nowait()
        worker.join()
