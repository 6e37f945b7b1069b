"""Scoring again only what changed gives what scoring everything gives; what is over is not kept."""

from datetime import date, timedelta

import pytest

from db.insights import progress
from db.proofs import problems
from pipeline.tick import rescore, tick
from tests.factories import (
    SETTINGS,
    assert_sound,
    at,
    closed,
    contents,
    deliver,
    deliver_venues,
    derived,
    differences,
    execute,
    forget_derived,
    new_drop,
    one,
    read,
)

MORNING = at("2026-09-01 14:00")  # a Tuesday, 10 am in New York
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def a_drop(opened_at, *, venue_id="v", slot_id=None, **facts):
    """Open for an hour; its table is for two at 7 pm in New York, three days later."""
    facts = {"slot_at": opened_at.replace(hour=23) + 3 * DAY, "party_size": 2, **facts}
    slot_id = slot_id or f"{venue_id} {opened_at.isoformat()}"
    return (
        new_drop(opened_at, venue_id=venue_id, slot_id=slot_id, **facts),
        closed(opened_at + HOUR, opened_at, venue_id=venue_id, slot_id=slot_id, **facts),
    )


def load(engine, *drops, now):
    deliver(engine, *(event for events in drops for event in events), received_at=now)


def assert_a_rescore_changes_nothing(engine, now, settings=SETTINGS):
    ticked = derived(engine)
    forget_derived(engine)
    rescore(engine, settings, now)
    assert "\n".join(differences(ticked, derived(engine))) == ""
    assert_sound(engine)


def windows(engine, venue_id="v", window_days=28):
    return {
        row["as_of_date"]: row
        for row in contents(engine, "venue_rolling_metrics")
        if (row["venue_id"], row["window_days"]) == (venue_id, window_days)
    }


def test_a_pass_with_nothing_new_computes_nothing_anew(engine):
    load(engine, a_drop(MORNING), now=MORNING + 2 * HOUR)
    tick(engine, SETTINGS, MORNING + 2 * HOUR)
    before = {table: contents(engine, table) for table in derived(engine)}
    version = progress(engine, "nyc").version
    assert tick(engine, SETTINGS, MORNING + 3 * HOUR).venues_scored == 0
    assert {table: contents(engine, table) for table in before} == before
    assert progress(engine, "nyc").version == version

    load(engine, a_drop(MORNING + HOUR), now=MORNING + 3 * HOUR)
    tick(engine, SETTINGS, MORNING + 3 * HOUR)
    assert progress(engine, "nyc").version != version


def test_a_pass_touches_only_venues_with_something_new(engine):
    load(engine, a_drop(MORNING), a_drop(MORNING, venue_id="w"), now=MORNING + 2 * HOUR)
    tick(engine, SETTINGS, MORNING + 2 * HOUR)
    # Within the same hour, so that nothing but the new drop itself is news.
    load(engine, a_drop(MORNING + timedelta(minutes=1)), now=MORNING + 2 * HOUR)
    assert tick(engine, SETTINGS, MORNING + 2 * HOUR + timedelta(minutes=1)).venues_scored == 1
    computed = {row["venue_id"]: row["computed_at"] for row in contents(engine, "venue_metrics")}
    assert computed["v"] > computed["w"]


def test_of_a_touched_venue_only_windows_that_hold_the_touched_day_are_computed_anew(engine):
    now = MORNING + 3 * DAY + 2 * HOUR
    load(engine, *(a_drop(MORNING + days * DAY) for days in range(4)), now=now)
    tick(engine, SETTINGS, now)
    load(engine, a_drop(MORNING + 2 * DAY + HOUR), now=now)
    tick(engine, SETTINGS, now + timedelta(minutes=1))
    computed = {day: row["computed_at"] for day, row in windows(engine).items()}
    assert [computed[MORNING.date() + days * DAY] > now for days in range(4)] == [
        False,
        False,
        True,
        True,
    ]
    assert_a_rescore_changes_nothing(engine, now + timedelta(minutes=1))


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE venue_day_drops SET endings = ''",
        "UPDATE venue_day_drops SET openings = openings || openings",
        "UPDATE venue_day_drops SET unended = ''",
        "DELETE FROM venue_day_drops",
        "INSERT INTO venue_day_drops SELECT venue_id, opened_date - 1, openings, endings, unended "
        "FROM venue_day_drops",
    ],
)
def test_verify_holds_packed_days_against_the_rollup(engine, tampering):
    load(engine, a_drop(MORNING), (new_drop(MORNING, slot_id="open"),), now=MORNING + 2 * HOUR)
    tick(engine, SETTINGS, MORNING + 2 * HOUR)
    assert list(problems(engine)) == []
    execute(engine, tampering)
    assert any("packed" in problem for problem in problems(engine))


def test_verify_names_cells_of_a_venue_that_nobody_registered(engine):
    load(engine, a_drop(MORNING), now=MORNING + 2 * HOUR)
    tick(engine, SETTINGS, MORNING + 2 * HOUR)
    execute(engine, "UPDATE drop_rollup SET venue_id = 'nobody'")
    assert any("nobody registered it" in problem for problem in problems(engine))


def test_a_silent_day_moves_the_windows_on_and_leaves_no_row_of_its_own(engine):
    load(engine, a_drop(MORNING), now=MORNING + 2 * HOUR)
    for days in range(10):
        tick(engine, SETTINGS, MORNING + days * DAY + 2 * HOUR)
    assert [row["window_date"] for row in contents(engine, "venue_metrics")] == [MORNING.date()]
    seven = windows(engine, window_days=7)
    assert seven[MORNING.date() + 6 * DAY]["new_drop_count"] == 1
    assert seven[MORNING.date() + 7 * DAY]["new_drop_count"] == 0
    assert seven[MORNING.date() + 7 * DAY]["avg_drop_duration_seconds"] is None
    assert_a_rescore_changes_nothing(engine, MORNING + 9 * DAY + 2 * HOUR)


def test_a_venue_that_vanished_leaves_the_ranking_after_ninety_days(engine):
    load(engine, a_drop(MORNING), a_drop(MORNING, venue_id="w"), now=MORNING + 2 * HOUR)
    for days in range(0, 100, 9):
        now = MORNING + days * DAY
        load(engine, a_drop(now, venue_id="w"), now=now + 2 * HOUR)
        tick(engine, SETTINGS, now + 2 * HOUR)
    last_of_v, last_of_w = (max(windows(engine, venue_id)) for venue_id in "vw")
    assert last_of_v <= MORNING.date() + 89 * DAY
    assert last_of_w == MORNING.date() + 99 * DAY
    assert_a_rescore_changes_nothing(engine, now + 2 * HOUR)


@pytest.mark.parametrize("gap", [3, 20, 45, 80, 120])
def test_ticks_on_both_sides_of_a_silence_leave_what_a_rescore_makes(engine, gap):
    """Weekdays of the silent days, and the Sundays between, whose exposure is known only after."""
    first = at("2026-08-30 14:00")  # a Sunday, not over when it is scored
    load(engine, a_drop(first), a_drop(first, venue_id="w"), now=first + 3 * HOUR)
    for hours in (3, 3 + 24, 3 + 24 * 12):
        tick(engine, SETTINGS, first + hours * HOUR)
    later = first + gap * DAY
    load(engine, a_drop(later), now=later + 3 * HOUR)
    tick(engine, SETTINGS, later + 3 * HOUR)
    assert_a_rescore_changes_nothing(engine, later + 3 * HOUR)


@pytest.mark.parametrize("days_after", [20, 40, 70, 95])
def test_a_first_pass_long_after_the_data_end_keeps_the_sundays_that_daily_passes_keep(
    engine, days_after
):
    load(engine, a_drop(MORNING), now=MORNING + 2 * HOUR)
    for days in range(0, days_after, 5):
        tick(engine, SETTINGS, MORNING + days * DAY)
    now = MORNING + days_after * DAY
    tick(engine, SETTINGS, now)
    assert_a_rescore_changes_nothing(engine, now)


def test_a_day_before_the_first_event_has_no_coverage(engine):
    """The full hour of the last look may lie before the market's first local day."""
    just_after_midnight = at("2026-09-02 04:05")
    load(engine, (new_drop(just_after_midnight),), now=just_after_midnight + HOUR)
    tick(engine, SETTINGS, just_after_midnight + HOUR)
    later = just_after_midnight + DAY
    load(engine, a_drop(later), now=later + 2 * HOUR)
    tick(engine, SETTINGS, later + 2 * HOUR)
    covered = read(
        engine,
        "SELECT min(window_date) AS first FROM market_metrics WHERE metric_type = 'coverage'",
    )
    assert one(covered)["first"] == date(2026, 9, 2)
    assert_a_rescore_changes_nothing(engine, later + 2 * HOUR)


def test_history_that_comes_after_the_present_is_scored_with_it(engine):
    load(engine, a_drop(MORNING), a_drop(MORNING, venue_id="w"), now=MORNING + 2 * HOUR)
    tick(engine, SETTINGS, MORNING + 2 * HOUR)
    for days in (10, 60):
        load(engine, a_drop(MORNING - days * DAY), now=MORNING + 2 * HOUR)
        tick(engine, SETTINGS, MORNING + 2 * HOUR)
    assert windows(engine, "w")[MORNING.date()]["observed_days"] == pytest.approx(28, abs=1)
    assert_a_rescore_changes_nothing(engine, MORNING + 2 * HOUR)


def test_a_drop_is_open_until_its_slots_time_and_expired_after_it_at_any_now(engine):
    slot_at = MORNING + 5 * HOUR
    load(engine, (new_drop(MORNING, slot_at=slot_at),), now=MORNING)
    for hours, fate in ((4, "open_count"), (5, "expired_count"), (9, "expired_count")):
        tick(engine, SETTINGS, MORNING + hours * HOUR)
        assert one(contents(engine, "venue_metrics"))[fate] == 1
    tick(engine, SETTINGS, MORNING + 4 * HOUR)  # looked at as of before
    assert one(contents(engine, "venue_metrics"))["open_count"] == 1
    assert_a_rescore_changes_nothing(engine, MORNING + 4 * HOUR)


def test_a_now_before_all_data_hides_nothing(engine):
    load(engine, a_drop(MORNING), now=MORNING + 2 * HOUR)
    tick(engine, SETTINGS, MORNING - 300 * DAY)
    assert one(contents(engine, "venue_metrics"))["new_drop_count"] == 1
    assert windows(engine)[MORNING.date()]["new_drop_count"] == 1


@pytest.mark.parametrize("is_said_by_an_event", [True, False])
def test_a_venue_in_another_neighborhood_is_counted_there_on_every_day(engine, is_said_by_an_event):
    now = MORNING + 3 * DAY
    deliver_venues(engine, {"venue_id": "v", "neighborhood": "SoHo"})
    load(engine, *(a_drop(MORNING + days * DAY) for days in range(3)), now=now)
    tick(engine, SETTINGS, now)
    if is_said_by_an_event:
        load(engine, a_drop(MORNING + 2 * DAY + HOUR, neighborhood="Chelsea"), now=now)
    else:
        deliver_venues(engine, {"venue_id": "v", "neighborhood": "Chelsea"})
    tick(engine, SETTINGS, now)
    by_day = read(
        engine, "SELECT value_json FROM market_metrics WHERE metric_type = 'by_neighborhood'"
    )
    assert len(by_day) == 3
    for row in by_day:
        assert [cell["neighborhood"] for cell in row["value_json"]] == ["Chelsea"]
    assert_a_rescore_changes_nothing(engine, now)


def test_other_prime_hours_count_anew(engine):
    now = MORNING + 2 * HOUR
    load(engine, a_drop(MORNING), now=now)
    tick(engine, SETTINGS, now)
    assert one(contents(engine, "venue_metrics"))["prime_time_drops"] == 1
    execute(engine, "UPDATE markets SET prime_start_hour = 20")
    tick(engine, SETTINGS, now)
    assert one(contents(engine, "venue_metrics"))["prime_time_drops"] == 0
    assert_a_rescore_changes_nothing(engine, now)


def test_another_reaction_time_counts_anew(engine):
    now = MORNING + 14 * DAY
    load(engine, *(a_drop(MORNING + days * DAY) for days in range(14)), now=now)
    tick(engine, SETTINGS, now)
    before = windows(engine)[now.date()]["catchable_per_week"]
    slower = SETTINGS.model_copy(update={"reaction_seconds": 2 * 3600})
    tick(engine, slower, now)
    assert before > 0
    assert windows(engine)[now.date()]["catchable_per_week"] == 0
    assert_a_rescore_changes_nothing(engine, now, slower)


def test_without_a_closing_there_is_no_duration_and_without_enough_watching_no_score(engine):
    """Missing is not zero."""
    load(engine, (new_drop(MORNING),), now=MORNING + HOUR)
    tick(engine, SETTINGS, MORNING + HOUR)
    row = one(contents(engine, "venue_metrics"))
    assert row["avg_drop_duration_seconds"] is None
    assert row["median_drop_duration_seconds"] is None
    assert row["scarcity_score"] is None
    totals = one(
        read(engine, "SELECT value_json FROM market_metrics WHERE metric_type = 'daily_totals'")
    )["value_json"]
    assert totals["avg_drop_duration_seconds"] is None
    assert totals["median_drop_duration_seconds"] is None
