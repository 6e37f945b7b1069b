"""The published metrics: paths, parameters, fields and values."""

from datetime import date, timedelta

import orjson
import pytest

from api import models
from db import insights
from pipeline.seal import seal
from pipeline.tick import tick
from tests.seeding import NOW, SETTINGS, TODAY, drop, seed, weeks_of_drops

GETS = (
    "/chat/watches/venue-metrics",
    "/chat/watches/venue-rolling-metrics",
    "/chat/watches/market-metrics",
)


@pytest.mark.world("weeks")
def test_venue_metrics_are_the_days_of_the_venues(client):
    answer = client.get("/chat/watches/venue-metrics?days=14&limit=100").json()
    assert (answer["days"], answer["limit"]) == (14, 100)
    rows = answer["venue_metrics"]
    expected: dict[tuple[str, str], int] = {}
    for event in weeks_of_drops(13):
        if event["event_type"] == "NEW_DROP":
            key = (str(event["venue_id"]), str(event["opened_at"])[:10])
            expected[key] = expected.get(key, 0) + 1
    found = {(row["venue_id"], row["window_date"]): row["new_drop_count"] for row in rows}
    assert found == expected
    assert {row["median_drop_duration_seconds"] for row in rows if row["venue_id"] == "plenty"} == {
        7200.0
    }
    assert set(rows[0]) == set(models.VenueMetric.model_fields)
    models.VenueMetrics.model_validate(answer)


@pytest.mark.world("weeks")
def test_scarcest_come_first_and_nulls_last(client):
    rows = client.get("/chat/watches/venue-metrics?days=28&limit=1000").json()["venue_metrics"]
    scores = [row["scarcity_score"] for row in rows]
    defined = [score for score in scores if score is not None]
    assert defined == sorted(defined, reverse=True)
    assert 0 < len(defined) < len(scores)
    assert scores[len(defined) :] == [None] * (len(scores) - len(defined))


@pytest.mark.world("weeks")
def test_venue_metrics_can_be_narrowed(client):

    def venues(query: str) -> set[str]:
        answer = client.get(f"/chat/watches/venue-metrics?limit=1000&{query}").json()
        return {row["venue_id"] for row in answer["venue_metrics"]}

    assert venues("neighborhood=West%20Village") == {"twin-a", "twin-b"}
    assert venues("venue_id=plenty") == {"plenty"}
    assert venues("market=nyc&days=1&as_of=2026-11-22") == {
        "twin-a",
        "twin-b",
        "rising",
        "plenty",
        "barely",
    }
    assert venues("as_of=2020-01-01") == set()


@pytest.mark.world("weeks")
def test_the_ranking_says_how_sure_it_is(client):
    answer = client.get("/chat/watches/venue-rolling-metrics?window_days=28").json()
    models.VenueRollingMetrics.model_validate(answer)
    rows = answer["venue_rolling_metrics"]
    assert set(rows[0]) == set(models.VenueRollingMetric.model_fields)
    assert [row["rank"] for row in rows] == [1, 2, 3, 3, 5]
    assert all(isinstance(row["rank"], int) for row in rows)
    assert all(row["catchable_lower"] < row["catchable_per_week"] for row in rows)
    assert all(row["catchable_per_week"] < row["catchable_upper"] for row in rows)
    assert {row["as_of_date"] for row in rows} == {"2026-11-23"}
    one = client.get("/chat/watches/venue-rolling-metrics?window_days=28&venue_id=plenty").json()
    assert [row["rank"] for row in one["venue_rolling_metrics"]] == [5]
    two = client.get("/chat/watches/venue-rolling-metrics?window_days=28&limit=2").json()
    assert len(two["venue_rolling_metrics"]) == 2


@pytest.mark.world("weeks")
def test_the_ranking_of_a_day_without_one_is_that_of_the_newest_day_before(client):
    rows = client.get("/chat/watches/venue-rolling-metrics?as_of=2027-06-01").json()
    assert {row["as_of_date"] for row in rows["venue_rolling_metrics"]} == {TODAY.isoformat()}


@pytest.mark.world("weeks")
def test_market_metrics_come_newest_first(client):
    answer = client.get("/chat/watches/market-metrics?days=14").json()
    models.MarketMetrics.model_validate(answer)
    rows = answer["market_metrics"]
    dates = [row["window_date"] for row in rows]
    assert dates == sorted(dates, reverse=True)
    assert {date.fromisoformat(day) for day in dates} == {
        TODAY - timedelta(days=back) for back in range(1, 14)
    }
    types = {row["metric_type"] for row in rows}
    assert {"daily_totals", "by_hour", "by_weekday", "by_neighborhood"} <= types
    chosen = client.get(
        "/chat/watches/market-metrics?metric_type=daily_totals&metric_type=by_hour"
    ).json()["market_metrics"]
    assert {row["metric_type"] for row in chosen} == {"daily_totals", "by_hour"}
    total = next(row for row in rows if row["metric_type"] == "daily_totals")
    assert total["value"]["total_new_drops"] == sum(
        event["event_type"] == "NEW_DROP" for event in weeks_of_drops(1)
    )


def test_undefined_is_null_and_times_end_in_z(client, engine):
    seed(engine, drop("v", NOW - timedelta(hours=1)))
    response = client.get("/chat/watches/venue-metrics")
    assert b"NaN" not in response.content
    (row,) = response.json()["venue_metrics"]
    assert row["median_drop_duration_seconds"] is None
    assert row["scarcity_score"] is None
    assert row["computed_at"] == "2026-11-23T17:00:00Z"
    assert row["new_drop_count"] == 1


@pytest.mark.parametrize("path", GETS)
def test_no_data_is_an_empty_list(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    assert [value for value in answer.json().values() if isinstance(value, list)] == [[]]


@pytest.mark.parametrize(
    "query",
    [
        "days=0",
        "days=367",
        "days=-1",
        "days=two",
        "days=1.5",
        "days=",
        "as_of=yesterday",
        "as_of=1700000000",
        "as_of=2026-02-30",
        "as_of=0001-01-01",
        "as_of=9999-12-31",
        "market=",
        "market=%00",
        f"market={'x' * 201}",
    ],
)
@pytest.mark.parametrize("path", [GETS[0], GETS[2]])
def test_a_parameter_out_of_bounds_is_named(offline_client, path, query):
    response = offline_client.get(f"{path}?{query}")
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert [error["parameter"] for error in response.json()["errors"]] == [query.split("=")[0]]


@pytest.mark.parametrize("query", ["limit=0", "limit=10001", "window_days=13", "window_days=x"])
def test_the_ranking_takes_only_windows_there_are(offline_client, query):
    assert offline_client.get(f"{GETS[1]}?{query}").status_code == 422


@pytest.mark.parametrize("path", GETS)
def test_an_unknown_market_is_not_an_empty_list(client, path):
    response = client.get(f"{path}?market=atlantis")
    assert response.status_code == 404
    assert "no market 'atlantis'" in response.json()["detail"]


def test_an_unknown_venue_is_not_an_empty_list(client):
    assert client.get(f"{GETS[0]}?venue_id=nowhere").status_code == 404
    assert client.get(f"{GETS[1]}?venue_id=nowhere").status_code == 404


@pytest.mark.world("weeks")
def test_pruning_changes_no_answer(open_client, engine):
    later = NOW + timedelta(days=40)
    tick(engine, SETTINGS, later)
    client = open_client(engine, now=later)
    urls = [
        *(f"{path}?as_of=2026-11-22" for path in GETS),
        *(f"{path}?days=90" for path in (GETS[0], GETS[2])),
        *(f"{GETS[1]}?window_days={days}" for days in insights.WINDOW_DAYS),
        "/drops/live",
    ]

    def answers() -> list[object]:
        return [_without_stamps(client.get(url).content) for url in urls]

    before = answers()
    result = seal(engine, SETTINGS, later)
    assert len(result.sealed) >= 28
    assert answers() == before


def _without_stamps(content: bytes) -> object:
    """The answer without when it was computed, which a seal may move."""
    answer = orjson.loads(content)
    for rows in answer.values():
        for row in rows if isinstance(rows, list) else []:
            row.pop("computed_at", None)
    return answer
