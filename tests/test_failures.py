"""Failure modes of systems like this one, and the tests that would notice ours having them."""

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).parent

NOTICED_BY = {
    "a job that reruns adds its counts again; two workers at once do": [
        "pipeline/test_concurrency.py::test_two_ticks_at_once_count_once",
        "pipeline/test_concurrency.py::test_two_ticks_whose_lock_was_lost_count_once",
        "pipeline/test_crash.py::test_whatever_stops_ingest_tick_or_seal_nothing_is_lost_and_nothing_doubled",
    ],
    "a late event after the prune overwrites its day": [
        "pipeline/test_seal.py::test_an_event_that_comes_after_the_seal_is_late_and_changes_nothing",
        "pipeline/test_ingest_outcomes.py::test_a_late_event_is_kept_once_and_counted",
    ],
    "aggregate and prune commit separately": [
        "pipeline/test_concurrency.py::test_a_seal_waits_for_an_ingest_into_its_day_and_counts_it",
        "pipeline/test_crash.py::test_whatever_stops_ingest_tick_or_seal_nothing_is_lost_and_nothing_doubled",
    ],
    "closings counted as drops; prime and off-peak exceed the total; the server's zone": [
        "pipeline/test_invariants.py::test_any_order_split_repetition_and_ticks_between_give_the_reference",
        "pipeline/test_ingest_outcomes.py::test_local_dates_and_hours_are_those_of_the_venues_market",
    ],
    "overlapping poll ranges deliver one slot twice": [
        "pipeline/test_ingest_outcomes.py::test_overlapping_poll_ranges_deliver_one_drop_once_and_in_one_daypart",
    ],
    "several closes match one opening; a close without opening is lost": [
        "pipeline/test_ingest_outcomes.py::test_two_closings_without_opened_at_for_one_opening_close_it_once",
        "pipeline/test_ingest_outcomes.py::test_a_closed_without_opening_is_rejected_once_it_is_past_retention",
        "pipeline/test_ingest_outcomes.py::test_a_closed_whose_new_drop_never_comes_is_a_drop_of_its_own",
    ],
    "means over closes without a duration; averaged medians": [
        "pipeline/test_office.py::test_the_published_totals_and_every_venue_day",
        "pipeline/test_invariants.py::test_any_order_split_repetition_and_ticks_between_give_the_reference",
        "db/test_insights_timing.py::test_the_curve_of_a_window_has_the_median_that_scoring_stored",
    ],
    "rolling windows without an upper bound": [
        "db/test_insights.py::test_change_holds_the_last_seven_complete_days_against_the_seven_before",
        "db/test_insights.py::test_no_local_day_is_watched_longer_than_it_lasts",
    ],
    "a quiet day leaves yesterday's row; vanished venues keep theirs": [
        "pipeline/test_invariants.py::test_ticks_one_after_the_other_equal_a_rescore",
    ],
    "string comparison of ids as a cutoff": [
        "pipeline/test_invariants.py::test_any_order_split_repetition_and_ticks_between_give_the_reference",
    ],
    "averages read, changed and written back by concurrent workers": [
        "pipeline/test_concurrency.py::test_two_ticks_whose_lock_was_lost_count_once",
        "pipeline/test_concurrency.py::test_an_ingest_while_a_tick_runs_is_counted_by_the_next",
    ],
    "a slot whose time passed is called taken; one still open is ignored": [
        "pipeline/test_ingest_outcomes.py::test_a_closed_at_or_after_the_slots_time_is_expired",
        "metrics/test_survival.py::test_dropping_the_censored_or_calling_them_taken_gives_the_known_wrong_medians",
    ],
    "an outage looks like a quiet market, or ends up inside durations": [
        "pipeline/test_watching.py::test_an_unwatched_time_lowers_coverage_and_not_activity",
        "pipeline/test_watching.py::test_a_table_that_went_during_an_outage_is_not_a_table_that_lasted",
    ],
    "reservation date and observation date are one": [
        "db/test_insights_timing.py::test_both_clocks_count_every_drop_in_its_weekday_and_hour",
    ],
    "more closings raise the score, more openings lower it": [
        "metrics/test_catchable.py::test_a_drop_fewer_never_lowers_the_score",
        "metrics/test_catchable.py::test_a_table_gone_quicker_never_lowers_the_score",
    ],
    "more supply is called demand; an unfinished day looks like a crash": [
        "metrics/test_market.py::test_a_day_without_enough_watching_is_not_compared",
        "charts/test_figures.py::test_the_unfinished_day_is_dashed",
    ],
    "one metric has two values on two pages": [
        "db/test_facts.py::test_a_venue_is_spoken_of_in_the_numbers_that_are_stored",
        "api/test_facts.py::test_a_venues_facts_are_those_of_the_reading_service",
    ],
    "all events are loaded into memory": [
        "db/test_insights_plans.py::test_no_reader_walks_a_whole_table",
    ],
    "one INSERT race rolls a whole delivery back": [
        "pipeline/test_concurrency.py::test_the_same_rows_in_two_deliveries_at_once_count_once",
    ],
    "errors come back as 200; health checks only the connection": [
        "api/test_events.py::test_whatever_bytes_come_the_answer_is_a_problem_or_counts",
        "api/test_health.py::test_a_schema_that_is_behind_is_not_ready",
        "api/test_health.py::test_not_ready_says_why",
    ],
    "a POST that is retried is stored twice; an id is claimed before the write": [
        "api/test_events.py::test_the_same_body_again_changes_nothing",
        "pipeline/test_concurrency.py::test_a_delivery_whose_twin_dies_is_accepted",
    ],
    "ISO weeks at the turn of the year": [
        "metrics/test_calendar.py::test_iso_weeks_at_the_turn_of_the_year",
    ],
    "23- and 25-hour days, clocks that run ahead, zones that are not whole hours": [
        "pipeline/test_invariants.py::test_any_order_split_repetition_and_ticks_between_give_the_reference",
        "pipeline/test_ingest_outcomes.py::test_bad_rows_are_quarantined_with_their_reasons_and_the_good_ones_go_in",
        "metrics/test_calendar.py::test_half_hour_zones_and_repeated_hours",
    ],
    "a retention that wipes what can still change": [
        "test_settings.py::test_a_retention_that_would_prune_what_can_still_change_is_refused",
        "pipeline/test_commands.py::test_unsafe_settings_are_refused_by_every_command",
    ],
    "DROP deadlocks with ingest; a sealed day is made again; waiting DDL blocks readers": [
        "pipeline/test_concurrency.py::test_a_seal_that_cannot_drop_tries_again_until_it_can",
        "pipeline/test_concurrency.py::test_a_day_sealed_between_an_ingests_look_and_its_lock_is_not_made_again",
        "pipeline/test_concurrency.py::test_a_partition_that_is_made_while_its_day_is_sealed_does_not_come_back",
    ],
    "a refresh over a pruned day erases it": [
        "pipeline/test_seal.py::test_a_day_past_retention_gives_way_to_its_receipt_and_changes_no_number",
        "pipeline/test_invariants.py::test_sealing_changes_no_derived_row",
    ],
}


@pytest.mark.parametrize("failure", NOTICED_BY)
def test_every_failure_mode_has_a_test_that_is_there(failure):
    for test in NOTICED_BY[failure]:
        path, name = test.split("::")
        tree = ast.parse((TESTS / path).read_text(encoding="utf-8"))
        names = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        assert name in names, f"{test} is gone: what notices that {failure}?"
