"""What only benchmarks use still fits what they measure."""

from bench.page_world import load_page_world
from db import insights
from db.engine import Engine
from settings import Settings


def test_the_world_for_the_pages_is_loaded_and_ranked(engine: Engine) -> None:
    world = load_page_world(engine, Settings(_env_file=None), n_venues=260, days=30)
    assert world.venues == 260
    as_of = insights.latest_as_of(engine, "bench-sim", 28)
    assert as_of is not None
    ranking = insights.ranking(engine, "bench-sim", as_of, 28)
    assert ranking["rank"].notna().sum() > 200
    # The copies beyond the sample have what they were copied from.
    rates = ranking.set_index("venue_id")["catchable_per_week"]
    assert rates["bench-00251"] == rates["bench-00001"]
