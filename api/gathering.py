"""Work that comes while other such work is being written is written together, in one go.

One thread writes; those that come meanwhile wait, and one of them writes for all of them. Nobody
waits for company: what comes alone is written at once.
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

log = logging.getLogger("tablestakes.api")

Item = TypeVar("Item")
Result = TypeVar("Result")


class Gathering(Generic[Item, Result]):
    """Used by the threads that answer requests."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Item, Future[Result]]] = []
        self._of_waiting = threading.Lock()
        self._writing = threading.Lock()

    def take(
        self,
        item: Item,
        alone: Callable[[], Result],
        together: Callable[[list[Item]], list[Result]],
    ) -> Result:
        """What comes of the item, whoever's thread did the work.

        alone: writes this item. together: writes several and gives their results in order. Where
        that fails each writes its own, so that nobody fails for another's item; raises what
        `alone` raises.
        """
        own: Future[Result] = Future()
        with self._of_waiting:
            self._waiting.append((item, own))
        with self._writing:
            if not own.done():
                with self._of_waiting:
                    group, self._waiting = self._waiting, []  # this one among them
                if len(group) == 1:
                    return alone()
                self._write(group, together)
        if own.exception() is not None:
            return alone()
        return own.result()

    def _write(
        self,
        group: list[tuple[Item, Future[Result]]],
        together: Callable[[list[Item]], list[Result]],
    ) -> None:
        try:
            results = together([item for item, _ in group])
        except Exception as error:  # noqa: BLE001  # whatever it is: each tries alone and says it
            log.warning(
                "%d could not be written together, each writes its own: %s", len(group), error
            )
            for _, future in group:
                future.set_exception(error)
            return
        for (_, future), result in zip(group, results, strict=True):
            future.set_result(result)
