"""The pages without a browser: of a demo, of real data, of nothing, of no database."""

from datetime import datetime, timedelta

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import data
from db import insights
from db.engine import Engine
from pipeline.tick import tick
from tests import factories, seeding
from tests.dashboard.conftest import Open
from tests.dashboard.said import small_print, text, titles
from tests.dashboard.worlds import LAST_WHOLE_DAY

HARDEST = "hardest.py"
PAGES = (HARDEST, "venue.py", "health.py")
UNREACHABLE = "postgresql://postgres@127.0.0.1:1/none"
SIMULATED = "Simulated data"


def table(page: AppTest) -> pd.DataFrame:
    """The ranking's table."""
    frame: pd.DataFrame = page.dataframe[0].value
    return frame


def test_the_ranking_opens_on_the_last_whole_day_hardest_first(
    open_page: Open, demo_url: str
) -> None:
    page = open_page(demo_url, HARDEST)
    assert not page.exception
    assert page.title[0].value == "Hardest tables"
    assert page.date_input(key="as_of").value == LAST_WHOLE_DAY
    shown = table(page)
    assert len(shown) == 60
    assert shown["catchable"].is_monotonic_increasing
    assert "not one prime table for two could have been caught in 28 days" in text(page)


def test_simulated_data_say_so_at_the_top_and_at_every_source(
    open_page: Open, demo_url: str
) -> None:
    page = open_page(demo_url, HARDEST)
    assert SIMULATED in page.markdown[0].value
    sources = [line for line in small_print(page) if line.startswith("Table Stakes")]
    assert len(sources) == 2
    assert all("simulated data" in source for source in sources)


def test_a_filter_shows_fewer_venues_with_the_ranks_of_the_whole_market(
    open_page: Open, demo_url: str
) -> None:
    page = open_page(demo_url, HARDEST)
    everybody = table(page).set_index("name")
    page.selectbox(key="neighborhood").select("West Village").run()
    some = table(page).set_index("name")
    assert set(some["neighborhood"]) == {"West Village"}
    assert 0 < len(some) < len(everybody)
    pd.testing.assert_series_equal(some["rank"], everybody["rank"].loc[some.index])


def test_a_link_opens_what_it_says(open_page: Open, demo_url: str) -> None:
    page = open_page(demo_url, HARDEST, neighborhood="SoHo", window="14", as_of="2026-11-20")
    assert set(table(page)["neighborhood"]) == {"SoHo"}
    assert "14 days to Fri, Nov 20, 2026; SoHo" in text(page)


def test_a_day_that_was_not_scored_gives_the_last_one_before_and_says_so(
    open_page: Open, demo_url: str
) -> None:
    page = open_page(demo_url, HARDEST, window="7", as_of="2026-09-01")
    assert "No window of 7 days was scored up to Tue, Sep 1" in text(page)
    assert len(table(page)) == 60


def test_filters_that_fit_no_venue_say_which_they_are(open_page: Open, demo_url: str) -> None:
    page = open_page(demo_url, HARDEST, neighborhood="SoHo", cuisine="Korean")
    assert "No venue fits these filters (SoHo, Korean)" in text(page)
    assert not page.dataframe


def test_the_picture_can_hold_every_venue(open_page: Open, demo_url: str) -> None:
    page = open_page(demo_url, HARDEST)
    assert "the 20 hardest of 60 venues" in text(page)
    page.toggle(key="all").set_value(True).run()
    assert "; 60 venues;" in text(page)


def test_a_venue_has_facts_a_finding_windows_and_days(open_page: Open, demo_url: str) -> None:
    page = open_page(demo_url, "venue.py", venue="demo-osteria-luna")
    assert page.title[0].value == "Osteria Luna"
    said = text(page)
    assert "West Village, Italian, price 3 of 4, New York" in said
    assert "opened in 28 days" in said
    neighbours, windows = (table.value for table in page.table)
    assert neighbours["Venue"].str.contains("**Osteria Luna**", regex=False).sum() == 1
    assert len(neighbours) == 7
    assert list(windows.columns) == ["7 days", "14 days", "28 days", "90 days"]
    assert any("A prime table opened at Osteria Luna on" in title for title in titles(page))


def test_a_venue_that_there_is_not_is_said_and_a_list_is_offered(
    open_page: Open, demo_url: str
) -> None:
    page = open_page(demo_url, "venue.py", venue="nobody")
    assert "no venue with the id “nobody”" in text(page)
    assert len(page.selectbox(key="venue_choice").options) == 60


def test_a_venues_days_are_zero_where_it_was_quiet(open_page: Open, demo_url: str) -> None:
    open_page(demo_url)
    venue_id = "demo-chapel-of-smoke"
    first = LAST_WHOLE_DAY - timedelta(days=20)
    days = data.venue_days(
        venue_id, first, LAST_WHOLE_DAY, data.progress(data.venue(venue_id).market_id)
    )
    stored = insights.venue_history(data.engine(), venue_id, first, LAST_WHOLE_DAY)
    assert len(days) == 21
    assert days["new_drop_count"].sum() == stored["new_drop_count"].sum() < 21
    assert days["coverage_rate"].between(0.9, 1).all()


def test_health_says_first_what_is_not_fine(open_page: Open, demo_url: str) -> None:
    page = open_page(demo_url, "health.py")
    assert "no tick has succeeded yet" in page.warning[0].value
    assert "to look at" in text(page)
    assert "No row was refused." in text(page)


def test_refused_rows_are_listed_with_their_reasons(
    open_page: Open, engine: Engine, database_url: str
) -> None:
    bad = {"event_type": "NEW_DROP", "venue_id": "v", "slot_id": "s", "slot_at": "yesterday"}
    seeding.accept(engine, [bad])
    page = open_page(database_url, "health.py")
    assert "One row refused" in page.warning[0].value
    refused = page.dataframe[0].value
    assert "slot_at" in refused["Reason"].iloc[0]


def first_event(engine: Engine) -> None:
    """One real table, opened an hour ago, beside a simulated market."""
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO markets (market_id, name, timezone, is_simulated) VALUES"
            " ('demo', 'New York (simulated)', 'America/New_York', true)"
        )
        connection.exec_driver_sql(
            "INSERT INTO venues (venue_id, market_id, name) VALUES ('d', 'demo', 'Luna')"
        )
    opened_at = seeding.NOW - timedelta(hours=1)
    seeding.accept(engine, seeding.drop("d", opened_at, seconds=60), is_simulated=True)
    seeding.seed(engine, seeding.drop("v", opened_at, seconds=60))


@pytest.mark.parametrize("name", ["week.py", "live.py", "timing.py", "market.py", HARDEST])
def test_a_real_market_of_a_day_is_told_from_the_demo_and_leads_to_it(
    open_page: Open, engine: Engine, database_url: str, name: str
) -> None:
    first_event(engine)
    page = open_page(database_url, name)
    assert not page.exception
    picker = page.sidebar.selectbox(key="market_choice")
    assert picker.options == ["New York (simulated)", "New York"]
    assert page.caption[0].value == "Market: New York"
    (offer,) = (i.value for i in page.info if "one day of data" in i.value)
    assert "[New York (simulated)](?market=demo)" in offer
    assert SIMULATED not in text(page)

    demo = picker.select("demo").run()
    assert demo.query_params["market"] == "demo"
    assert demo.caption[0].value == "Market: New York (simulated)"
    assert SIMULATED in demo.markdown[0].value
    assert "one day of data" not in text(demo)


def test_the_market_chosen_on_one_page_is_that_of_the_next(
    open_page: Open, engine: Engine, database_url: str
) -> None:
    first_event(engine)
    page = open_page(database_url, "live.py", market="demo")
    del page.query_params["market"]  # as the browser does on the way to another page
    page.switch_page("timing.py").run()
    assert page.caption[0].value == "Market: New York (simulated)"
    assert page.query_params["market"] == "demo"


@pytest.mark.parametrize("name", ["health.py", "annotations.py"])
def test_a_page_about_all_markets_says_which_of_them_are_simulated(
    open_page: Open, engine: Engine, database_url: str, name: str
) -> None:
    first_event(engine)
    label = open_page(database_url, name).markdown[0].value
    assert "the venues of New York (simulated) are fictional" in label
    assert "All else is real" in label


def test_a_market_without_a_whole_day_is_neither_fine_nor_wrong(
    open_page: Open, engine: Engine, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data, "now", lambda: seeding.NOW)
    no_events = open_page(database_url, "health.py")
    assert no_events.markdown[-1].value.endswith("of:\n- New York (nyc): no events yet.")
    first_event(engine)
    after = open_page(database_url, "health.py")
    assert "New York (nyc): its first day is not over" in after.markdown[-1].value


def test_days_that_wait_for_their_quiet_night_are_fine_until_it_is_over(
    open_page: Open, engine: Engine, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = [seeding.drop("v", seeding.NOW - timedelta(days=back), seconds=60) for back in (30, 31)]
    seeding.seed(engine, [event for drop in old for event in drop])

    def problems_and_text(now: datetime) -> tuple[str, str]:
        monkeypatch.setattr(data, "now", lambda: now)
        page = open_page(database_url, "health.py")
        return page.warning[0].value, text(page)

    loaded, said = problems_and_text(seeding.NOW)
    assert "sealed" not in loaded
    assert "Two days past that will be sealed at night" in said
    assert "sealed" not in problems_and_text(seeding.NOW + timedelta(hours=49))[0]
    overdue, _ = problems_and_text(seeding.NOW + timedelta(hours=51))
    assert "Two days past retention should have been sealed by now" in overdue


@pytest.mark.world("weeks")
def test_real_data_carry_no_label_and_say_that_coverage_is_assumed(
    open_page: Open, engine: Engine, database_url: str
) -> None:
    page = open_page(database_url, HARDEST)
    assert SIMULATED.lower() not in text(page).lower()
    assert set(table(page)["watched"]) == {"assumed"}
    health = open_page(database_url, "health.py")
    assert "assumed where no scans tell" in text(health)


@pytest.mark.parametrize("name", PAGES)
def test_an_empty_database_is_said_in_words(open_page: Open, database_url: str, name: str) -> None:
    page = open_page(database_url, name)
    assert not page.exception
    assert not page.error
    assert "No drop events yet" in text(page) or "No job has run yet." in text(page)


@pytest.mark.parametrize("name", PAGES)
def test_a_database_that_does_not_answer_is_one_clear_sentence(open_page: Open, name: str) -> None:
    page = open_page(UNREACHABLE, name)
    assert not page.exception
    (error,) = page.error
    assert error.value.startswith("The database does not answer")


def test_a_venue_that_moved_and_was_renamed_is_filtered_and_found_by_what_it_is_now(
    open_page: Open, engine: Engine, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = factories.NOW
    monkeypatch.setattr(data, "now", lambda: now + timedelta(minutes=1))
    venue = {"venue_id": "v", "name": "Luna", "market": "nyc", "neighborhood": "SoHo"}
    factories.deliver_venues(engine, venue)
    factories.deliver(engine, factories.new_drop(now - timedelta(days=1)), received_at=now)
    tick(engine, factories.SETTINGS, now)
    page = open_page(database_url, HARDEST)
    assert page.selectbox(key="neighborhood").options[1:] == ["SoHo"]
    before = data.venue_names("nyc", data.progress("nyc").version)
    factories.deliver_venues(engine, {**venue, "name": "Mare", "neighborhood": "Nolita"})
    tick(engine, factories.SETTINGS, now + timedelta(minutes=1))
    data.progress.cache_clear()  # as after its 15 seconds
    page.run()
    assert not page.exception
    assert page.selectbox(key="neighborhood").options[1:] == ["Nolita"]
    assert before == {"v": "Luna"}
    assert data.venue_names("nyc", data.progress("nyc").version) == {"v": "Mare"}
