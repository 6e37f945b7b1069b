"""What a test's database may hold from the start: `@pytest.mark.world("weeks")`.

A world is taken in once, the way a real one is, when the first test asks for it; every test that
does gets a copy of its own.
"""

from collections.abc import Callable, Mapping

from db.engine import Engine
from metrics.calendar import IsoWeek
from pipeline.digest import build_editions
from tests import digest_worlds, seeding


def _edition(engine: Engine) -> None:
    seeding.seed(engine)
    build_editions(engine, seeding.SETTINGS, seeding.NOW, week=IsoWeek(2026, 47))


WORLDS: Mapping[str, Callable[[Engine], None]] = {
    # `tests.seeding.weeks_of_drops`, scored
    "weeks": seeding.seed,
    # the same with its edition of 2026-W47
    "edition": _edition,
    # `tests.digest_worlds`, without an edition
    "spike": lambda engine: digest_worlds.load(engine, digest_worlds.spike_world()),
    "outage": lambda engine: digest_worlds.load(engine, digest_worlds.outage_world()),
}
