"""What becomes of every row that is sent: one documented outcome each, and nothing lost between."""

from datetime import timedelta
from itertools import permutations

import pyarrow as pa
import pytest

from db.intake import UnreadableFileError
from db.seals import reject_stale_pending
from db.writes import IdempotencyConflictError
from pipeline.seal import seal
from pipeline.tick import tick
from tests.alerting import alert, track
from tests.factories import (
    NOW,
    SETTINGS,
    assert_sound,
    at,
    closed,
    contents,
    counts_of,
    deliver,
    deliver_scans,
    deliver_table,
    deliver_venues,
    ends,
    execute,
    new_drop,
    one,
    openings,
    outcome,
    read,
    reasons,
    rollup,
    scan,
)

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
NOON = at("2026-11-18 17:00")  # in New York
SLOT = NOON + timedelta(days=5)


@pytest.fixture(autouse=True)
def _nothing_is_lost(engine):
    """After every scenario, before and after it is aggregated, every count adds up."""
    yield
    assert_sound(engine)
    tick(engine, SETTINGS, NOW)
    assert_sound(engine)


# --- what a CLOSED ends ---------------------------------------------------------------------------


def test_a_closed_that_names_its_opening_ends_it(engine):
    result = deliver(engine, new_drop(NOON), closed(NOON + MINUTE, NOON))
    assert outcome(result) == {"accepted": 2}
    assert ends(engine) == [("s", NOON, "CLOSED", NOON + MINUTE, 60)]
    assert contents(engine, "open_drops") == []


def test_a_closed_that_comes_before_its_new_drop_implies_it(engine):
    first = deliver(engine, closed(NOON + MINUTE, NOON))
    assert outcome(first) == {"accepted": 1}
    assert counts_of(engine, first.batch_id) == {"accepted": 1, "implied": 1}
    later = deliver(engine, new_drop(NOON))
    assert outcome(later) == {"duplicate": 1}
    assert openings(engine) == [("s", NOON)]
    assert ends(engine) == [("s", NOON, "CLOSED", NOON + MINUTE, 60)]


def test_a_closed_whose_new_drop_never_comes_is_a_drop_of_its_own(engine):
    deliver(engine, closed(NOON + MINUTE, NOON))
    tick(engine, SETTINGS, NOW)
    row = one(contents(engine, "venue_metrics"))
    assert (row["new_drop_count"], row["closed_count"]) == (1, 1)
    assert row["median_drop_duration_seconds"] == 60


def test_a_closed_before_its_new_drop_in_one_delivery_implies_nothing(engine):
    result = deliver(engine, closed(NOON + MINUTE, NOON), new_drop(NOON, event_id="e-1"))
    assert counts_of(engine, result.batch_id) == {"accepted": 2}
    opening = one(read(engine, "SELECT * FROM drop_events WHERE NOT is_end"))
    assert (opening["is_implied"], opening["event_id"]) == (False, "e-1")


def test_a_closed_without_opened_at_ends_the_slots_latest_opening(engine):
    deliver(engine, new_drop(NOON), new_drop(NOON + HOUR))
    result = deliver(engine, closed(NOON + HOUR + MINUTE, None, slot_at=SLOT))
    assert outcome(result) == {"accepted": 1}
    assert ends(engine) == [("s", NOON + HOUR, "CLOSED", NOON + HOUR + MINUTE, 60)]


def test_a_closed_without_opened_at_is_matched_to_an_opening_of_the_same_delivery(engine):
    result = deliver(engine, closed(NOON + MINUTE, None, slot_at=SLOT), new_drop(NOON))
    assert counts_of(engine, result.batch_id) == {"accepted": 2}
    assert ends(engine) == [("s", NOON, "CLOSED", NOON + MINUTE, 60)]


def test_a_closed_without_opened_at_is_matched_across_midnight(engine):
    evening = at("2026-11-19 04:30")  # 23:30 in New York
    deliver(engine, new_drop(evening))
    deliver(engine, closed(evening + HOUR, None, slot_at=evening + timedelta(days=5)))
    assert ends(engine) == [("s", evening, "CLOSED", evening + HOUR, 3600)]


def test_a_closed_without_opened_at_or_opening_waits_and_is_settled_by_the_opening(engine):
    waiting = deliver(engine, closed(NOON + MINUTE, None, slot_at=SLOT))
    assert outcome(waiting) == {"pending": 1}
    assert rollup(engine) == []
    tick(engine, SETTINGS, NOW)
    assert counts_of(engine, waiting.batch_id) == {"pending": 1}

    opening = deliver(engine, new_drop(NOON))
    assert outcome(opening) == {"accepted": 1}
    assert counts_of(engine, opening.batch_id) == {"accepted": 1, "settled": 1}
    assert counts_of(engine, waiting.batch_id) == {"accepted": 1, "settled_later": 1}
    tick(engine, SETTINGS, NOW)
    assert one(rollup(engine))["closed_seconds"] == [60]


def test_a_closed_that_waits_beside_its_opening_is_settled_by_the_tick(engine):
    """Two deliveries at once do not see one another: made here by hiding the opening."""
    waiting = deliver(engine, closed(NOON + MINUTE, None, slot_at=SLOT))
    execute(engine, "CREATE TABLE hidden AS SELECT * FROM pending_ends")
    execute(engine, "DELETE FROM pending_ends")
    deliver(engine, new_drop(NOON))
    execute(engine, "INSERT INTO pending_ends SELECT * FROM hidden")

    assert tick(engine, SETTINGS, NOW).pending_settled == 1
    assert counts_of(engine, waiting.batch_id) == {"accepted": 1, "settled_later": 1}
    assert one(rollup(engine))["closed_seconds"] == [60]
    assert contents(engine, "open_drops") == []


def test_two_ticks_at_the_same_now_may_both_settle(engine):
    for slot_id in ("s", "t"):
        deliver(engine, closed(NOON + MINUTE, None, slot_id=slot_id, slot_at=SLOT))
        execute(engine, "CREATE TABLE IF NOT EXISTS hidden AS SELECT * FROM pending_ends LIMIT 0")
        execute(engine, "INSERT INTO hidden SELECT * FROM pending_ends")
        execute(engine, "DELETE FROM pending_ends")
        deliver(engine, new_drop(NOON, slot_id=slot_id))
        execute(engine, "INSERT INTO pending_ends SELECT * FROM hidden")
        execute(engine, "DELETE FROM hidden")
        assert tick(engine, SETTINGS, NOW).pending_settled == 1
    assert [end[0] for end in ends(engine)] == ["s", "t"]


def test_a_closed_without_opening_is_rejected_once_it_is_past_retention(engine):
    waiting = deliver(engine, closed(NOON + MINUTE, None, slot_at=SLOT))
    seal(engine, SETTINGS, NOON + timedelta(days=SETTINGS.retention_days))
    assert counts_of(engine, waiting.batch_id) == {"pending": 1}
    result = seal(engine, SETTINGS, NOON + timedelta(days=SETTINGS.retention_days, hours=1))
    assert result.pending_rejected == 1
    assert counts_of(engine, waiting.batch_id) == {"rejected": 1}
    assert "no opening of the slot" in one(contents(engine, "rejected_events"))["reason"]
    assert contents(engine, "pending_ends") == []


def test_the_seal_settles_a_waiting_closed_before_it_rejects_it(engine):
    waiting = deliver(engine, closed(NOON + MINUTE, None, slot_at=SLOT))
    execute(engine, "CREATE TABLE hidden AS SELECT * FROM pending_ends")
    execute(engine, "DELETE FROM pending_ends")
    deliver(engine, new_drop(NOON))
    execute(engine, "INSERT INTO pending_ends SELECT * FROM hidden")

    result = seal(engine, SETTINGS, NOON + timedelta(days=60))
    assert result.pending_rejected == 0
    assert counts_of(engine, waiting.batch_id) == {"accepted": 1, "settled_later": 1}
    assert one(rollup(engine))["closed_seconds"] == [60]


def test_a_closed_without_opened_at_goes_on_waiting_when_the_latest_drop_had_ended(engine):
    deliver(engine, new_drop(NOON), closed(NOON + MINUTE, NOON))
    waiting = deliver(engine, closed(NOON + 2 * HOUR, None, slot_at=SLOT))
    assert outcome(waiting) == {"pending": 1}
    deliver(engine, new_drop(NOON + HOUR))
    assert counts_of(engine, waiting.batch_id) == {"accepted": 1, "settled_later": 1}
    assert [end[1:] for end in ends(engine)] == [
        (NOON, "CLOSED", NOON + MINUTE, 60),
        (NOON + HOUR, "CLOSED", NOON + 2 * HOUR, 3600),
    ]


def test_two_closings_without_opened_at_for_one_opening_close_it_once(engine):
    first, second = NOON + MINUTE, NOON + 2 * MINUTE
    result = deliver(
        engine,
        new_drop(NOON),
        closed(second, None, slot_at=SLOT),
        closed(first, None, slot_at=SLOT),
    )
    assert outcome(result) == {"accepted": 2, "pending": 1}
    assert ends(engine) == [("s", NOON, "CLOSED", first, 60)]


def test_an_opening_that_comes_last_takes_the_earlier_of_two_waiting_closings(engine):
    for minutes in (2, 1):
        deliver(engine, closed(NOON + minutes * MINUTE, None, slot_at=SLOT))
    deliver(engine, new_drop(NOON))
    assert ends(engine) == [("s", NOON, "CLOSED", NOON + MINUTE, 60)]


def test_a_closed_without_opened_at_that_repeats_an_end_is_a_duplicate(engine):
    deliver(engine, new_drop(NOON), closed(NOON + MINUTE, NOON))
    result = deliver(engine, closed(NOON + MINUTE, None, slot_at=SLOT))
    assert outcome(result) == {"duplicate": 1}


def test_a_repeated_closed_without_opened_at_never_ends_a_second_drop(engine):
    """It ended the drop that was the latest known; an opening between the two came in since."""
    closing = closed(NOON + 2 * HOUR, None, slot_at=SLOT)
    deliver(engine, new_drop(NOON))
    deliver(engine, closing)
    deliver(engine, new_drop(NOON + HOUR))
    before = ends(engine)
    result = deliver(engine, closing)
    assert outcome(result) == {"duplicate": 1}
    assert ends(engine) == before


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_a_slot_that_closes_and_reopens_at_one_instant_closes_first(engine, order):
    events = [
        new_drop(NOON, slot_at=SLOT),
        closed(NOON + MINUTE, None, slot_at=SLOT),
        new_drop(NOON + MINUTE, slot_at=SLOT),
        closed(NOON + 3 * MINUTE, None, slot_at=SLOT),
    ]
    result = deliver(engine, *(events[index] for index in order))
    assert outcome(result) == {"accepted": 4}
    assert [end[1:] for end in ends(engine)] == [
        (NOON, "CLOSED", NOON + MINUTE, 60),
        (NOON + MINUTE, "CLOSED", NOON + 3 * MINUTE, 120),
    ]


def test_a_closed_at_the_instant_of_an_opening_ends_it_when_the_drop_before_had_ended(engine):
    deliver(engine, new_drop(NOON), closed(NOON + MINUTE, NOON))
    deliver(engine, new_drop(NOON + HOUR), closed(NOON + HOUR, None, slot_at=SLOT))
    assert ends(engine)[1] == ("s", NOON + HOUR, "CLOSED", NOON + HOUR, 0)


@pytest.mark.parametrize("after", [timedelta(0), HOUR])
@pytest.mark.parametrize("names_its_opening", [True, False])
def test_a_closed_at_or_after_the_slots_time_is_expired(engine, after, names_its_opening):
    opened_at = NOON - timedelta(days=5) + HOUR
    slot_at = NOON + HOUR
    result = deliver(
        engine,
        new_drop(opened_at, slot_at=slot_at),
        closed(slot_at + after, opened_at if names_its_opening else None, slot_at=slot_at),
    )
    assert outcome(result) == {"accepted": 2}
    seconds = 5 * 86_400
    assert ends(engine) == [("s", opened_at, "EXPIRED", slot_at + after, seconds)]
    tick(engine, SETTINGS, NOW)
    row = one(contents(engine, "venue_metrics"))
    assert (row["closed_count"], row["expired_count"]) == (0, 1)
    assert row["median_drop_duration_seconds"] is None
    assert one(rollup(engine))["censored_seconds"] == [seconds]


def test_a_closed_a_microsecond_before_the_slots_time_is_taken(engine):
    slot_at = NOON + HOUR
    deliver(
        engine,
        new_drop(NOON, slot_at=slot_at),
        closed(slot_at - timedelta(microseconds=1), NOON, slot_at=slot_at),
    )
    assert ends(engine)[0][2:] == ("CLOSED", slot_at - timedelta(microseconds=1), 3599)


def test_a_late_closed_wins_over_a_provisional_expiry(engine):
    opened_at, slot_at = NOON - timedelta(days=1), NOON
    deliver(engine, new_drop(opened_at, slot_at=slot_at))
    tick(engine, SETTINGS, NOW)
    assert one(contents(engine, "venue_metrics"))["expired_count"] == 1
    deliver(engine, closed(opened_at + HOUR, opened_at, slot_at=slot_at))
    tick(engine, SETTINGS, NOW)
    row = one(contents(engine, "venue_metrics"))
    assert (row["closed_count"], row["expired_count"], row["open_count"]) == (1, 0, 0)


# --- repeats, disorder, contradictions ------------------------------------------------------------


def test_the_same_delivery_again_is_not_read_again(engine):
    events = [new_drop(NOON), closed(NOON + MINUTE, NOON)]
    first = deliver(engine, *events, key="k")
    again = deliver(engine, *events, key="k")
    assert again.is_repeat
    assert outcome(again) == outcome(first)
    assert len(contents(engine, "batches")) == 1


def test_a_key_that_comes_again_with_other_content_is_refused(engine):
    deliver(engine, new_drop(NOON), key="k")
    with pytest.raises(IdempotencyConflictError, match="other content"):
        deliver(engine, new_drop(NOON + HOUR), key="k")
    assert openings(engine) == [("s", NOON)]


def test_a_redelivery_under_another_key_is_counted_and_changes_nothing(engine):
    events = [new_drop(NOON), closed(NOON + MINUTE, NOON), new_drop(NOON, slot_id="t")]
    deliver(engine, *events)
    tick(engine, SETTINGS, NOW)
    before = rollup(engine)
    assert outcome(deliver(engine, *reversed(events))) == {"duplicate": 3}
    tick(engine, SETTINGS, NOW)
    assert rollup(engine) == before


def test_a_row_that_is_there_twice_in_one_delivery_counts_once(engine):
    result = deliver(engine, *[new_drop(NOON), closed(NOON + MINUTE, NOON)] * 3)
    assert outcome(result) == {"accepted": 2, "duplicate": 4}


def test_of_conflicting_ends_the_first_accepted_stands(engine):
    deliver(engine, new_drop(NOON), closed(NOON + 2 * MINUTE, NOON))
    for seconds in (60, 180):
        conflicting = deliver(engine, closed(NOON + timedelta(seconds=seconds), NOON))
        assert outcome(conflicting) == {"duplicate": 1}
    unnamed = deliver(engine, closed(NOON + MINUTE, None, slot_at=SLOT))
    assert outcome(unnamed) == {"duplicate": 1}
    assert ends(engine) == [("s", NOON, "CLOSED", NOON + 2 * MINUTE, 120)]


def test_of_conflicting_ends_in_one_delivery_the_first_row_stands(engine):
    deliver(engine, new_drop(NOON), closed(NOON + 2 * MINUTE, NOON), closed(NOON + MINUTE, NOON))
    assert ends(engine) == [("s", NOON, "CLOSED", NOON + 2 * MINUTE, 120)]


def test_an_end_falls_into_its_openings_cell_whatever_it_says_itself(engine):
    deliver(engine, new_drop(NOON, party_size=4))
    deliver(engine, closed(NOON + MINUTE, NOON, party_size=2, slot_at=SLOT + HOUR))
    tick(engine, SETTINGS, NOW)
    row = one(rollup(engine))
    assert (row["party_size"], len(row["opened_minutes"]), row["closed_seconds"]) == (4, 1, [60])


def test_overlapping_poll_ranges_deliver_one_drop_once_and_in_one_daypart(engine):
    """A slot at 18:00 is seen by the poll of the afternoon and by that of the evening."""
    slot_at = at("2026-11-22 23:00")
    for bucket_id in ("2026-11-22_15:00", "2026-11-22_19:00"):
        deliver(
            engine,
            new_drop(NOON, slot_at=slot_at, bucket_id=bucket_id),
            closed(NOON + MINUTE, NOON, slot_at=slot_at, bucket_id=bucket_id),
        )
    tick(engine, SETTINGS, NOW)
    row = one(contents(engine, "venue_metrics"))
    assert (row["new_drop_count"], row["closed_count"]) == (1, 1)
    assert (row["prime_time_drops"], row["off_peak_drops"]) == (1, 0)


# --- reopening ------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2), (1, 2, 0), (0, 2, 1)])
@pytest.mark.parametrize("together", [True, False])
def test_a_drop_without_end_is_censored_when_its_slot_reopens(engine, order, together):
    moments = [NOON, NOON + HOUR, NOON + timedelta(hours=20)]  # the last on the next day
    events = [new_drop(moments[index], slot_at=SLOT) for index in order]
    if together:
        deliver(engine, *events)
    else:
        for event in events:
            deliver(engine, event)
            tick(engine, SETTINGS, NOW)
    tick(engine, SETTINGS, NOW)
    superseded = {row["opened_at"]: row["superseded_at"] for row in contents(engine, "open_drops")}
    assert superseded == {moments[0]: moments[1], moments[1]: moments[2], moments[2]: None}
    first, second = contents(engine, "venue_metrics")
    assert (first["new_drop_count"], first["expired_count"], first["open_count"]) == (2, 2, 0)
    assert (second["new_drop_count"], second["expired_count"], second["open_count"]) == (1, 0, 1)


@pytest.mark.parametrize("is_reversed", [False, True])
def test_a_reopening_that_has_ended_censors_the_drop_before_all_the_same(engine, is_reversed):
    events = [new_drop(NOON), new_drop(NOON + HOUR), closed(NOON + 2 * HOUR, NOON + HOUR)]
    for event in reversed(events) if is_reversed else events:
        deliver(engine, event)
    tick(engine, SETTINGS, NOW)
    row = one(contents(engine, "open_drops"))
    assert (row["opened_at"], row["superseded_at"]) == (NOON, NOON + HOUR)


def test_an_end_of_a_superseded_drop_still_wins(engine):
    deliver(engine, new_drop(NOON), new_drop(NOON + HOUR))
    deliver(engine, closed(NOON + MINUTE, NOON))
    assert ends(engine) == [("s", NOON, "CLOSED", NOON + MINUTE, 60)]
    assert one(contents(engine, "open_drops"))["opened_at"] == NOON + HOUR


# --- late events ----------------------------------------------------------------------------------


def test_a_late_event_is_kept_once_and_counted(engine):
    deliver(engine, new_drop(NOON), closed(NOON + MINUTE, NOON))
    later = NOON + timedelta(days=40)
    seal(engine, SETTINGS, later)
    before = contents(engine, "venue_metrics")
    late = [new_drop(NOON + HOUR, slot_id="t"), closed(NOON + 2 * HOUR, NOON + HOUR, slot_id="t")]
    first = deliver(engine, *late, late[0], received_at=later)
    assert outcome(first) == {"late": 2, "duplicate": 1}
    assert outcome(deliver(engine, *late, received_at=later)) == {"duplicate": 2}
    assert len(contents(engine, "late_events")) == 2
    tick(engine, SETTINGS, later)
    assert contents(engine, "venue_metrics") == before


def test_a_repeat_of_what_was_sealed_is_late_too(engine):
    events = [new_drop(NOON), closed(NOON + MINUTE, NOON)]
    deliver(engine, *events)
    later = NOON + timedelta(days=40)
    seal(engine, SETTINGS, later)
    assert outcome(deliver(engine, *events, received_at=later)) == {"late": 2}
    assert one(rollup(engine))["closed_seconds"] == [60]


def test_a_delivery_for_a_sealed_day_and_an_open_one_goes_to_both(engine):
    deliver(engine, new_drop(NOON), closed(NOON + MINUTE, NOON))
    later = NOON + timedelta(days=40)
    seal(engine, SETTINGS, later)
    fresh = later - HOUR
    result = deliver(engine, new_drop(NOON, slot_id="t"), new_drop(fresh), received_at=later)
    assert outcome(result) == {"late": 1, "accepted": 1}
    assert openings(engine) == [("s", fresh)]


# --- rejections -----------------------------------------------------------------------------------

GOOD = new_drop(NOON, slot_id="good")


def changed(**facts):
    return {**new_drop(NOON, slot_id="bad"), **facts}


REJECTIONS = [
    (changed(event_type=None), "event_type is missing"),
    (changed(event_type="OPENED"), "event_type OPENED is unknown"),
    (changed(event_type="EXPIRED"), "event_type EXPIRED is unknown"),
    (changed(venue_id=None), "venue_id is missing"),
    (changed(venue_id="   "), "venue_id is missing"),
    (changed(slot_id=""), "slot_id is missing"),
    (changed(slot_at=None), "slot_at is missing"),
    (changed(occurred_at=None), "occurred_at is missing"),
    (changed(opened_at=None), "opened_at is missing"),
    (changed(occurred_at=NOON + MINUTE), "occurred_at differs from opened_at"),
    (changed(event_type="CLOSED", occurred_at=NOON - MINUTE), "occurred_at is before opened_at"),
    (changed(slot_at=NOON), "slot_at is not after opened_at"),
    (changed(slot_at=NOON - HOUR), "slot_at is not after opened_at"),
    (changed(slot_at=NOON + timedelta(days=401)), "slot_at is more than 400 days ahead"),
    (
        changed(event_type="CLOSED", opened_at=None, slot_at=NOON + timedelta(days=401)),
        "slot_at is more than 400 days ahead",
    ),
    (
        changed(opened_at=NOW + 6 * MINUTE, occurred_at=NOW + 6 * MINUTE, slot_at=NOW + HOUR),
        "more than 5 minutes in the future",
    ),
    (
        changed(event_type="CLOSED", occurred_at=NOW + 6 * MINUTE),
        "more than 5 minutes in the future",
    ),
    (
        changed(opened_at="1999-12-31T23:59:59Z", occurred_at="1999-12-31T23:59:59Z"),
        "before the year 2000",
    ),
    (changed(opened_at="2026-11-18T12:00:00"), "has no zone"),
    (changed(occurred_at="2026-11-18 12:00:00.5"), "has no zone"),
    (changed(slot_at="2026-11-23"), "is not an ISO-8601 time"),
    (changed(slot_at="tomorrow"), "is not an ISO-8601 time"),
    (changed(slot_at="2026-02-30T12:00:00Z"), "is not an ISO-8601 time"),
    (changed(slot_at=1_795_000_000), "slot_at is a number"),
    (changed(party_size=0), "party_size 0 is not between 1 and 100"),
    (changed(party_size=101), "party_size 101 is not between 1 and 100"),
    (changed(party_size="two"), "party_size 'two' is not a whole number"),
    (changed(party_size=2.5), "party_size '2.5' is not a whole number"),
    (changed(party_size=9_999_999_999), "is not a whole number"),
    (changed(venue_id="v" * 201), "venue_id is longer than 200 characters"),
    (changed(slot_id="s" * 201), "slot_id is longer than 200 characters"),
    (changed(neighborhood="n" * 501), "neighborhood is longer than 500 characters"),
    (changed(slot_id="s\x00t"), r"slot_id 's\0t' holds a NUL byte"),
    (changed(event_type="NEW_DROP\x00"), "holds a NUL byte"),
    (changed(venue_id=["v"]), "venue_id is an array"),
    (changed(venue_id=True), "venue_id is a truth value"),
]


def test_bad_rows_are_quarantined_with_their_reasons_and_the_good_ones_go_in(engine):
    result = deliver(engine, GOOD, *(bad for bad, _ in REJECTIONS), new_drop(NOON, slot_id="too"))
    assert outcome(result) == {"accepted": 2, "rejected": len(REJECTIONS)}
    assert openings(engine) == [("good", NOON), ("too", NOON)]
    kept = contents(engine, "rejected_events")
    assert [row["row_number"] for row in kept] == list(range(2, len(REJECTIONS) + 2))
    for row, (_, reason) in zip(kept, REJECTIONS, strict=True):
        assert reason in row["reason"]


def test_a_rejected_row_is_kept_as_it_was_sent(engine):
    deliver(engine, changed(slot_id="s\x00t", party_size="two"), changed(party_size=101))
    unreadable, invalid = (row["payload"] for row in contents(engine, "rejected_events"))
    assert (unreadable["slot_id"], unreadable["party_size"]) == ("s\\0t", "two")
    assert (invalid["slot_id"], invalid["party_size"]) == ("bad", 101)
    assert "problem" not in invalid


ODD_BUT_RIGHT = [
    {"slot_at": NOON + timedelta(days=400)},
    {"opened_at": NOW + 5 * MINUTE, "occurred_at": NOW + 5 * MINUTE, "slot_at": NOW + HOUR},
    {"party_size": None},
    {"party_size": 100},
    {"party_size": "2"},
    {"party_size": 2.0},
    {"venue_id": "bonn/führerschein 💶"},
    {"venue_id": "v" * 200},
    {"venue_id": 17},
    {"opened_at": "2026-11-18T17:00:00Z"},
    {"opened_at": "2026-11-18T22:45:00+05:45"},
    {"opened_at": "2026-11-18T12:00-05"},
    {"opened_at": "2026-11-18 17:00:00.000000+00"},
    {"opened_at": "20261118T170000Z"},
]


def test_what_looks_odd_but_is_right_is_accepted(engine):
    events = [
        {**new_drop(NOON, slot_id=str(number)), **facts}
        for number, facts in enumerate(ODD_BUT_RIGHT)
    ]
    deliver(engine, *events)
    assert reasons(engine) == []
    moments = dict(openings(engine))
    assert moments.pop("1") == NOW + 5 * MINUTE
    assert set(moments.values()) == {NOON}
    assert len(moments) == len(events) - 1


def typed_events(**columns):
    """Two NEW_DROPs of typed columns; those given take the place of the sound ones."""
    times = pa.array([NOON, NOON], pa.timestamp("us", "UTC"))
    return pa.table(
        {
            "event_type": ["NEW_DROP", "NEW_DROP"],
            "venue_id": ["v", "v"],
            "slot_id": ["s", "t"],
            "slot_at": pa.array([SLOT, SLOT], pa.timestamp("us", "UTC")),
            "opened_at": times,
            "occurred_at": times,
        }
        | columns
    )


@pytest.mark.parametrize("ticks", [10**15, -(10**15), -(2**63)])
def test_a_typed_time_that_nobody_can_mean_is_the_problem_of_its_row(engine, ticks):
    """Neither made some other time by a cast, nor the end of the whole file."""
    soon = int(SLOT.timestamp()) * 1000
    table = typed_events(slot_at=pa.array([ticks, soon], pa.timestamp("ms", "UTC")))
    assert outcome(deliver_table(engine, table)) == {"accepted": 1, "rejected": 1}
    assert "is not a time of our era" in reasons(engine)[0]
    assert openings(engine) == [("t", NOON)]


def test_a_typed_number_that_is_not_one_is_unknown(engine):
    table = typed_events(party_size=pa.array([float("nan"), float("inf")]))
    assert outcome(deliver_table(engine, table)) == {"accepted": 1, "rejected": 1}
    assert reasons(engine) == ["party_size 'inf' is not a whole number"]
    assert one(contents(engine, "rejected_events"))["payload"]["party_size"] == "inf"
    assert one(contents(engine, "open_drops"))["party_size"] == 0


@pytest.mark.parametrize("values", [[b"\xff", b"v"], [["v"], ["v"]], [{"id": 1}, {"id": 2}]])
def test_a_typed_column_that_cannot_be_read_refuses_the_delivery_whole(engine, values):
    with pytest.raises(UnreadableFileError, match="column venue_id holds"):
        deliver_table(engine, typed_events(venue_id=pa.array(values)))
    assert contents(engine, "batches") == []


def test_a_delivery_of_nothing_is_a_batch_of_nothing(engine):
    assert outcome(deliver(engine)) == {}
    assert one(contents(engine, "batches"))["rows_received"] == 0


def test_everything_at_once_adds_up(engine):
    deliver(engine, new_drop(NOON), closed(NOON + MINUTE, NOON))
    later = NOON + timedelta(days=40)
    seal(engine, SETTINGS, later)
    fresh = later - HOUR
    result = deliver(
        engine,
        new_drop(fresh),
        new_drop(fresh),
        closed(fresh + MINUTE, fresh),
        closed(fresh + MINUTE, fresh, slot_id="implied"),
        closed(fresh, None, slot_id="waits", slot_at=fresh + HOUR),
        new_drop(NOON, slot_id="late"),
        changed(party_size=101),
        received_at=later,
    )
    assert outcome(result) == {
        "accepted": 3, "duplicate": 1, "pending": 1, "late": 1, "rejected": 1
    }  # fmt: skip
    assert counts_of(engine, result.batch_id)["implied"] == 1


# --- venues ---------------------------------------------------------------------------------------


def test_a_venue_never_seen_before_is_registered_in_the_default_market(engine):
    deliver(engine, new_drop(NOON, venue_id="new", venue_name="Chez Nous", cuisine="French"))
    row = one(contents(engine, "venues"))
    assert (row["market_id"], row["name"], row["cuisine"]) == ("nyc", "Chez Nous", "French")


def test_the_latest_facts_of_a_venue_stand_whatever_the_order_of_its_rows(engine):
    deliver(
        engine,
        new_drop(NOON + HOUR, neighborhood="SoHo"),
        new_drop(NOON, neighborhood="Chelsea", slot_id="t"),
    )
    assert one(contents(engine, "venues"))["neighborhood"] == "SoHo"


def test_local_dates_and_hours_are_those_of_the_venues_market(engine):
    deliver_venues(engine, {"venue_id": "k", "market": "kathmandu", "timezone": "Asia/Kathmandu"})
    evening = at("2026-11-18 18:20")  # 00:05 on the 19th in Kathmandu
    deliver(engine, new_drop(evening, venue_id="k", slot_at=at("2026-11-20 12:20")))
    row = one(read(engine, "SELECT * FROM drop_events"))
    assert str(row["opened_date"]) == "2026-11-19"
    assert row["opened_minute"] == 5
    assert (str(row["slot_date"]), row["slot_hour"]) == ("2026-11-20", 18)


def test_of_two_rows_of_one_venue_the_last_stands_until_it_has_events(engine):
    """In another market too; after its first event the venue stays where it is."""
    rows = [{"venue_id": "c", "market": name, "timezone": "Europe/Berlin"} for name in ("m1", "m2")]
    assert outcome(deliver_venues(engine, *rows)) == {"accepted": 1, "duplicate": 1}
    assert one(contents(engine, "venues"))["market_id"] == "m2"
    deliver(engine, new_drop(NOON, venue_id="c"))
    assert outcome(deliver_venues(engine, *rows)) == {"rejected": 1, "duplicate": 1}
    assert reasons(engine) == ["venue c has events in market m2 and cannot move to m1"]


@pytest.fixture
def simulated(engine):
    """A simulated market, `sim`, with a venue that the simulator put there."""
    execute(
        engine,
        "INSERT INTO markets (market_id, name, timezone, is_simulated)"
        " VALUES ('sim', 'Sim', 'America/New_York', true)",
    )
    own = deliver_venues(engine, {"venue_id": "demo", "market": "sim"}, is_simulated=True)
    assert outcome(own) == {"accepted": 1}
    return engine


def test_nothing_real_goes_into_a_simulated_market(simulated):
    deliver_venues(simulated, {"venue_id": "real"})
    results = [
        deliver_venues(simulated, {"venue_id": "new", "market": "sim"}),
        deliver_venues(simulated, {"venue_id": "real", "market": "sim"}),
        deliver_venues(simulated, {"venue_id": "demo", "market": "nyc"}),
        deliver_venues(simulated, {"venue_id": "demo", "name": "Demo"}),
        deliver(simulated, new_drop(NOON, venue_id="demo")),
        deliver_scans(simulated, scan(NOON, market_id="sim")),
        track(simulated, alert(NOON, venue_id="demo")),
    ]
    assert [outcome(result) for result in results] == [{"rejected": 1}] * 7
    real = "market sim is simulated: real venues do not go there or come from there"
    assert reasons(simulated) == [
        *[real] * 4,
        "venue demo is of the simulated market sim: real events do not go there, send them with "
        "the id of a real venue",
        "market sim is simulated: real scans do not go there",
        "venue demo is of the simulated market sim: real alerts do not go there, send them with "
        "the id of a real venue",
    ]


def test_nothing_simulated_goes_into_a_real_market(simulated):
    deliver_venues(simulated, {"venue_id": "real", "market": "nyc"})
    own = {"is_simulated": True}
    results = [
        deliver_venues(simulated, {"venue_id": "new", "market": "elsewhere"}, **own),
        deliver_venues(simulated, {"venue_id": "new", "market": "nyc"}, **own),
        deliver_venues(simulated, {"venue_id": "real", "market": "sim"}, **own),
        deliver(simulated, new_drop(NOON, venue_id="real"), **own),
        deliver(simulated, new_drop(NOON, venue_id="unknown"), **own),
        deliver_scans(simulated, scan(NOON, market_id="nyc"), **own),
        track(simulated, alert(NOON, venue_id="real"), **own),
    ]
    assert [outcome(result) for result in results] == [{"rejected": 1}] * 7
    assert all("simulated" in reason for reason in reasons(simulated))
    assert outcome(deliver(simulated, new_drop(NOON, venue_id="demo"), **own)) == {"accepted": 1}
    assert outcome(deliver_scans(simulated, scan(NOON, market_id="sim"), **own)) == {"accepted": 1}
    assert outcome(track(simulated, alert(NOON, venue_id="demo"), **own)) == {"accepted": 1}


def test_nobody_can_stop_a_seal_by_using_its_key(engine):
    """Keys of deliveries and those of internal batches are two worlds."""
    opened_at, slot_at = NOON, NOON + HOUR
    deliver(engine, new_drop(opened_at, slot_at=slot_at), key="seal:2026-11-18")
    result = seal(engine, SETTINGS, NOON + timedelta(days=40))
    assert [str(day.day) for day in result.sealed if day.rows_pruned] == ["2026-11-18"]


def test_stale_closings_are_rejected_with_what_was_sent(engine):
    deliver(engine, closed(NOON, None, slot_at=SLOT, party_size=2))
    assert reject_stale_pending(engine, NOON + MINUTE) == 1
    kept = one(contents(engine, "rejected_events"))["payload"]
    assert (kept["event_type"], kept["slot_id"], kept["party_size"]) == ("CLOSED", "s", 2)
    assert reasons(engine)[0].endswith("or the NEW_DROP in time")
