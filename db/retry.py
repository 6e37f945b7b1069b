"""What is tried again: a transaction that PostgreSQL undid for reasons that pass."""

from collections.abc import Callable
from typing import TypeVar

import tenacity
from psycopg import errors
from sqlalchemy.exc import DBAPIError

PASSING = (errors.DeadlockDetected, errors.LockNotAvailable, errors.SerializationFailure)
ATTEMPTS = 8

Result = TypeVar("Result")


def is_passing(error: BaseException) -> bool:
    """Whether the same transaction may succeed when it is simply run once more."""
    return isinstance(error, DBAPIError) and isinstance(error.orig, PASSING)


def retried(work: Callable[[], Result]) -> Result:
    """Runs `work`, a whole transaction, again while it fails for a passing reason."""
    return tenacity.Retrying(
        retry=tenacity.retry_if_exception(is_passing),
        wait=tenacity.wait_random_exponential(multiplier=0.05, max=2),
        stop=tenacity.stop_after_attempt(ATTEMPTS),
        reraise=True,
    )(work)
