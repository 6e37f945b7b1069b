"""The pages on conversion without a browser; what they say is what the API says."""

import doctest
import io
import json
import re
from datetime import datetime, timedelta

import pandas as pd
import pytest
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from api.app import State, create_app
from dashboard import conversion, data
from dashboard import conversion_findings as findings
from db.engine import Engine, create_engine
from pipeline.tick import tick
from settings import Settings
from tests.alerting import SETTINGS, alert, step, track
from tests.dashboard.conftest import Open
from tests.dashboard.said import pictures, small_print, text, titles
from tests.dashboard.test_pages import SIMULATED, UNREACHABLE
from tests.dashboard.worlds import NOW
from tests.factories import closed, deliver, new_drop

FUNNEL, LOSSES = "funnel.py", "losses.py"
DRIVERS, COHORTS = "drivers.py", "cohorts.py"
PAGES = (FUNNEL, LOSSES, DRIVERS, COHORTS)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data, "now", lambda: NOW)


def frame(page: AppTest, column: str) -> pd.DataFrame:
    """The table that has this column."""
    (found,) = (element.value for element in page.dataframe if column in element.value)
    value: pd.DataFrame = found
    return value


def numbers(column: pd.Series) -> list[int]:
    return [int(text.replace(",", "")) for text in column]


def asked_of_the_api(url: str, **parameters: object) -> dict[str, object]:
    engine = create_engine(url)
    try:
        state = State(Settings(_env_file=None), engine, lambda: NOW)
        with TestClient(create_app(state)) as client:
            answer = client.get("/conversion/funnel", params=parameters)
            assert answer.status_code == 200
            body: dict[str, object] = answer.json()
            return body
    finally:
        engine.dispose()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_simulated_and_gives_n_interval_and_window_with_every_figure(
    open_page: Open, demo_url: str, name: str
) -> None:
    page = open_page(demo_url, name)
    assert not page.exception
    assert SIMULATED in page.markdown[0].value
    said = small_print(page)
    sources = [line for line in said if line.startswith("Table Stakes")]
    assert len(sources) == len(pictures(page)) > 0
    assert all("simulated data" in source for source in sources)
    subtitles = [line for line in said if "n = " in line]
    assert len(subtitles) >= len(sources)
    assert all("28 days to" in line for line in subtitles)
    assert any("within 24 hours" in line for line in subtitles)


def test_the_market_is_named_where_another_has_no_alerts(
    open_page: Open, demo_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not [c for c in open_page(demo_url, FUNNEL).caption if "Market:" in c.value]
    known = data.markets()
    both = known.assign(latest_date=known["latest_date"].fillna(NOW.date()))
    monkeypatch.setattr(data, "markets", lambda: both)
    assert open_page(demo_url, FUNNEL).caption[0].value == "Market: New York (simulated)"


@pytest.mark.parametrize("by", [None, "channel", "weekday", "hour", "tier", "goal_match"])
def test_a_page_and_the_api_say_the_same(open_page: Open, demo_url: str, by: str | None) -> None:
    asked = {"days": "28", "within": "6"} | (
        {} if by is None else {"by": conversion.BREAKDOWNS[by]}
    )
    page = open_page(demo_url, FUNNEL, **asked)
    found = asked_of_the_api(
        demo_url, window_hours=6, days=28, as_of="2026-11-23", **({} if by is None else {"by": by})
    )
    steps = frame(page, "Step")
    assert numbers(steps["Alerts"]) == [step["count"] for step in found["steps"]]
    if by is None:
        return
    rows = frame(page, "Not settled")
    names = [conversion.key_words(by, row["key"], {}) for row in found["rows"]]
    assert sorted(rows.iloc[:, 0]) == sorted(names)
    booked = {
        conversion.key_words(by, row["key"], {}): row["steps"][3]["count"] for row in found["rows"]
    }
    shown = rows[rows["Booked"] != conversion.HELD_BACK]
    assert len(shown) > 1
    for row in shown.itertuples():
        assert int(row.Booked.replace(",", "")) == booked[row[1]]
    if len(shown) == len(rows):
        assert sum(numbers(rows["Sent"])) == found["settled"]


def test_causes_add_up_to_the_losses_and_a_step_to_the_one_before(
    open_page: Open, demo_url: str
) -> None:
    page = open_page(demo_url, LOSSES)
    causes = page.table[0].value
    found = asked_of_the_api(demo_url, days=28, as_of="2026-11-23")
    counts = [step["count"] for step in found["steps"]]
    assert sum(numbers(causes["Alerts"])) == counts[0] - counts[3]
    assert f"{counts[0] - counts[3]:,} settled alerts not booked" in text(page)
    assert "Faster by 30 seconds" in text(page)


def test_what_converts_names_its_test_its_users_and_what_may_be_printed(
    open_page: Open, demo_url: str
) -> None:
    page = open_page(demo_url, DRIVERS)
    said = text(page)
    assert "users as the unit" in said
    assert "Mantel–Haenszel" in said
    assert "Benjamini–Hochberg" in said
    assert len(frame(page, "Clearly apart")) > 50
    assert page.get("bidi_component") or "Not to be printed" in said


def test_cohorts_show_median_and_nine_in_ten(open_page: Open, demo_url: str) -> None:
    page = open_page(demo_url, COHORTS)
    times = page.table[0].value
    assert list(times.index) == ["opened", "tapped", "booked"]
    assert list(times.columns) == ["Seen", "Median", "9 in 10 within"]
    assert "Half of those who open an alert do so within" in text(page)


@pytest.mark.parametrize("name", PAGES)
def test_without_alerts_a_page_says_how_they_come_in(
    open_page: Open, database_url: str, name: str
) -> None:
    page = open_page(database_url, name)
    assert not page.exception
    assert "POST /alerts/track" in text(page)


@pytest.mark.parametrize("name", PAGES)
def test_a_database_that_does_not_answer_is_one_clear_sentence(open_page: Open, name: str) -> None:
    page = open_page(UNREACHABLE, name)
    assert not page.exception
    (error,) = page.error
    assert error.value.startswith("The database does not answer")


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("settled", [True, False])
def test_three_alerts_settled_or_not_claim_nothing_and_give_no_number_away(
    open_page: Open, engine: Engine, database_url: str, name: str, settled: bool
) -> None:
    sent_at = NOW - (3 * DAY if settled else timedelta(hours=1))
    events = [e for k in range(3) for e in alert(sent_at, 10, 20, 30, alert_id=f"a{k}")]
    track(engine, events, received_at=NOW)
    tick(engine, SETTINGS, NOW)
    page = open_page(database_url, name)
    assert not page.exception
    said = text(page)
    assert "simulated" not in said.lower()
    if name == FUNNEL:
        rows = frame(page, "Not settled")
        assert set(rows["Booked"]) == {conversion.HELD_BACK if settled else "0"}
        assert set(rows["Not settled"]) == {conversion.HELD_BACK}
        assert ("too few to say" if settled else "No alert has settled yet") in said
    if name == DRIVERS:
        assert "cannot be told yet" in said


def test_an_exported_breakdown_holds_no_small_cell_and_says_what_it_is_about(
    open_page: Open, engine: Engine, database_url: str
) -> None:
    sizes = {"push": 40, "email": 12, "sms": 3}
    events = [
        event
        for channel, size in sizes.items()
        for k in range(size)
        for event in alert(
            NOW - 3 * DAY, 10, 20, 30, alert_id=f"{channel}{k}", channel=channel, user_id=f"u{k}"
        )
    ]
    track(engine, events, received_at=NOW)
    tick(engine, SETTINGS, NOW)
    page = open_page(database_url, FUNNEL, by="channel")
    (asked,) = [
        conversion.Asked("nyc", "New York", "America/New_York", False, NOW, 28, NOW.date(), 24)
    ]
    rows = conversion.rows_of(asked, "channel", {})
    text_of_file = asked.signed(conversion.exported(rows, kept=["name"])).to_csv(index=False)
    kept = pd.read_csv(io.StringIO(text_of_file)).set_index("name")
    assert kept.loc["push", "booked"] == 40
    assert kept.loc[["email", "sms"], ["sent", "booked", "unknown"]].isna().all(axis=None)
    assert kept["is_suppressed"].to_dict() == {"email": True, "push": False, "sms": True}
    assert (kept["window_hours"] == 24).all()
    assert "u1" not in text_of_file  # how many users, but none of them
    shown = frame(page, "Not settled").set_index("Channel")
    assert (shown.loc[["email", "sms"], "Booked"] == conversion.HELD_BACK).all()


def test_examples_come_out_as_written() -> None:
    for module in (conversion, findings):
        assert doctest.testmod(module).failed == 0


def test_a_week_is_compared_only_where_all_of_it_has_settled() -> None:
    weeks = pd.DataFrame(
        {
            "week_date": [NOW.date() - 14 * DAY, NOW.date() - 7 * DAY, NOW.date()],
            "sent": [900, 900, 900],
            "booked_rate": [0.1, 0.3, 0.9],
            "users": [100, 100, 100],
            "lower": [0.08, 0.27, 0.88],
            "upper": [0.12, 0.33, 0.92],
            "is_settled": [True, True, False],
        }
    )
    assert findings.cohorts_title(weeks).startswith(
        "Alerts lead to bookings more often than they did: 30 % in the last settled week"
    )
    assert findings.cohorts_title(weeks.head(1)) == "Too few settled weeks to see a trend"


def alerts_to(group: str, booked: list[int], **facts: object) -> list[dict[str, object]]:
    """Ten alerts to each of some users, of which so many lead to a booking."""
    return [
        event
        for user, bookings in enumerate(booked)
        for number in range(10)
        for event in alert(
            NOW - 3 * DAY,
            *((10, 20, 30) if number < bookings else ()),
            alert_id=f"{group}{user}-{number}",
            user_id=f"{group}{user}",
            **facts,
        )
    ]


ONE_USER, OTHERS = [10] + [0] * 11, [1, 1] + [0] * 10


@pytest.mark.parametrize(
    ("events", "title"),
    [
        (
            [
                *alerts_to("x", ONE_USER, venue_id="x"),
                *alerts_to("y", OTHERS, venue_id="y"),
                *alerts_to("z", OTHERS, venue_id="z"),
            ],
            "No venue's alerts convert clearly unlike those of all others",
        ),
        (
            [
                *alerts_to("b", ONE_USER, message_variant="B"),
                *alerts_to("a", [*OTHERS, 1], message_variant="A"),
            ],
            "No variant does clearly better or worse than A",
        ),
    ],
)
def test_one_users_bookings_make_no_headline_and_the_page_says_why(
    open_page: Open,
    engine: Engine,
    database_url: str,
    events: list[dict[str, object]],
    title: str,
) -> None:
    track(engine, events, received_at=NOW)
    tick(engine, SETTINGS, NOW)
    page = open_page(database_url, DRIVERS)
    assert not page.exception
    assert title in titles(page)
    assert findings.CANNOT_TELL_WORDS in text(page)


def alerts_of(
    name: str, size: int, booked: int = 0, *, sent_at: datetime = NOW - 3 * DAY, **facts: object
) -> list[dict[str, object]]:
    """So many alerts to as many users, of which the first ones lead to a booking."""
    return [
        event
        for number in range(size)
        for event in alert(
            sent_at,
            *((10, 20, 30) if number < booked else ()),
            alert_id=f"{name}{number}",
            user_id=f"{name}{number}",
            **facts,
        )
    ]


SMALL_CELLS = [
    *alerts_of("big", 120, 30, venue_id="big", goal_match=True, message_variant="A"),
    # The one other venue is held back with the small one, for else it followed from the total.
    *alerts_of("mid", 45, 40, venue_id="mid", goal_match=False, message_variant="B"),
    *alerts_of("tiny", 4, 3, venue_id="tiny"),
    *alerts_of("late", 8, venue_id="tiny", sent_at=NOW - timedelta(hours=2)),
    *alerts_of("later", 3, venue_id="big", goal_match=True, sent_at=NOW - timedelta(hours=2)),
]
HELD = conversion.HELD_BACK


def test_what_is_held_back_is_so_on_every_page_and_in_no_title(
    open_page: Open, engine: Engine, database_url: str
) -> None:
    track(engine, SMALL_CELLS, received_at=NOW)
    tick(engine, SETTINGS, NOW)
    funnel = open_page(database_url, FUNNEL, by="venue")
    drivers = open_page(database_url, DRIVERS)
    assert not funnel.exception
    assert not drivers.exception
    on_funnel = frame(funnel, "Not settled").set_index("Venue")
    on_drivers = frame(drivers, "Clearly apart").set_index("Venue")
    expected = {"big": "30", "mid": HELD, "tiny": HELD}
    assert on_funnel["Booked"].to_dict() == on_drivers["Booked"].to_dict() == expected
    assert on_funnel["Not settled"].to_dict() == {"big": "3", "mid": HELD, "tiny": HELD}
    assert on_drivers["Own share"].loc[["mid", "tiny"]].tolist() == [HELD, HELD]
    shown = [title for page in (funnel, drivers) for title in titles(page)]
    assert shown
    assert not [title for title in shown if "mid" in title or "tiny" in title]
    assert conversion.HELD_BACK_WORDS in text(funnel)
    assert conversion.HELD_BACK_WORDS in text(drivers)
    # Four alerts say neither goal nor variant: the smaller side is held back with them.
    saved, variants = (table.value for table in drivers.table)
    assert saved["Alerts"].to_dict() == {"saved": "120", "not saved": HELD}
    assert (
        variants["Booked"].loc["variant B"]
        == variants["Like with like against A"].loc["variant B"]
        == HELD
    )
    assert "cannot be told yet" in text(drivers)
    assert "Too few alerts to compare variants" in shown


def test_the_picture_of_weeks_has_no_week_that_the_table_holds_back(
    open_page: Open, engine: Engine, database_url: str
) -> None:
    events = [
        *alerts_of("now", 60, 20, sent_at=NOW - 3 * DAY),
        *alerts_of("then", 40, 10, sent_at=NOW - 10 * DAY),
        *alerts_of("few", 4, 4, sent_at=NOW - 20 * DAY),
    ]
    track(engine, events, received_at=NOW)
    tick(engine, SETTINGS, NOW)
    page = open_page(database_url, COHORTS)
    assert not page.exception
    weeks = frame(page, "Of all settled")
    assert weeks["Of all settled"].tolist()[:2] == [HELD, HELD]
    assert weeks["Settled"].iloc[2] == "60"
    drawn = json.dumps(pictures(page)[0]["figure"])
    assert "of 60 alerts" in drawn
    assert "of four alerts" not in drawn
    assert "of 40 alerts" not in drawn
    assert conversion.HELD_BACK_WORDS in text(page)


def whale(*, users: int) -> list[dict[str, object]]:
    """120 alerts by whatsapp, 4 in 5 booked, to so many users; 120 by web, 1 in 5, to 60."""
    return [
        event
        for channel, people, booked in (("whatsapp", users, 96), ("web", 60, 24))
        for number in range(120)
        for event in alert(
            NOW - 3 * DAY,
            *((10, 20, 30) if number < booked else ()),
            alert_id=f"{channel}{number}",
            user_id=f"{channel}{number % people}",
            channel=channel,
        )
    ]


@pytest.mark.parametrize(
    ("users", "by_channel"),
    [
        (60, "By channel, alerts are booked most often for whatsapp (80 %)"),
        (1, "Too few users to compare by channel"),
    ],
)
def test_a_breakdown_claims_no_difference_that_one_user_makes(
    open_page: Open, engine: Engine, database_url: str, users: int, by_channel: str
) -> None:
    track(engine, whale(users=users), received_at=NOW)
    tick(engine, SETTINGS, NOW)
    page = open_page(database_url, FUNNEL, by="channel")
    assert not page.exception
    shown = titles(page)
    assert re.match(r"50 % of alerts led to a booking \(\d+\u00a0to\u00a0\d+ %\)", shown[0])
    assert shown[1].startswith(by_channel)
    rows = frame(page, "Not settled").set_index("Channel")
    assert rows["Users"].to_dict() == {"whatsapp": str(users), "web": "60"}
    assert ("no interval" in rows.loc["whatsapp", "Of all sent"]) == (users == 1)
    said = text(page)
    assert f"n = 240 settled alerts to {users + 60} users" in said
    assert "not compared like with like" in said


def test_the_headline_of_one_users_alerts_claims_no_share(
    open_page: Open, engine: Engine, database_url: str
) -> None:
    events = [
        event
        for number in range(50)
        for event in alert(
            NOW - 3 * DAY, *((10, 20, 30) if number < 4 else ()), alert_id=f"a{number}"
        )
    ]
    track(engine, events, received_at=NOW)
    tick(engine, SETTINGS, NOW)
    page = open_page(database_url, FUNNEL)
    assert "4 of 50 alerts to one user led to a booking: too few users" in titles(page)[0]


def by_two_channels(*, first_users: str, second_users: str) -> list[dict[str, object]]:
    """Sixty users a channel with four alerts each: one in four is booked by web, all by whatsapp,
    at the same venue. Users are called as told, so that they may be the same."""
    return [
        event
        for channel, name, booked in (("web", first_users, 1), ("whatsapp", second_users, 4))
        for user in range(60)
        for number in range(4)
        for event in alert(
            NOW - 3 * DAY,
            *((10, 20, 30) if number < booked else ()),
            alert_id=f"{channel}{user}-{number}",
            user_id=f"{name}{user}",
            channel=channel,
        )
    ]


@pytest.mark.parametrize("second_users", ["a", "b"])
def test_channels_are_compared_like_with_like_and_other_people_are_named(
    open_page: Open, engine: Engine, database_url: str, second_users: str
) -> None:
    events = by_two_channels(first_users="a", second_users=second_users)
    track(engine, [*events, *alerts_of("rest", 20)], received_at=NOW)
    tick(engine, SETTINGS, NOW)
    page = open_page(database_url, DRIVERS)
    assert not page.exception
    shown = titles(page)
    said = text(page)
    is_other = second_users == "b"
    people = ", to other people," if is_other else ""
    title = f"Alerts by whatsapp{people} lead to bookings 4 times as often as by web"
    assert title in shown
    assert ("whatsapp and web share no user (60 and 60 have one)" in said) == is_other
    assert ("may be the people and not the channel" in said) == is_other
    assert "n = 480 settled alerts; 20 more do not name a channel and are left out" in said
    assert "; 500 more do not say whether the venue was saved and are left out" in said


def test_who_never_reacted_is_not_called_late_and_kinds_add_up_to_causes(
    open_page: Open, engine: Engine, database_url: str
) -> None:
    sent_at = NOW - 3 * DAY
    opened = sent_at - timedelta(seconds=5)
    gone_at = sent_at + timedelta(seconds=60)
    drops = [
        event
        for k in range(60)
        for event in (
            new_drop(opened, slot_id=f"s{k}"),
            closed(gone_at, opened, slot_id=f"s{k}", slot_at=opened + 5 * DAY),
        )
    ]
    deliver(engine, *drops, received_at=NOW)
    # Forty never opened, six opened too late, five never tapped, four tapped too late, five never
    # booked.
    steps = [()] * 40 + [(90,)] * 6 + [(10,)] * 5 + [(10, 90)] * 4 + [(10, 20)] * 5
    track(
        engine,
        [
            event
            for k, seconds in enumerate(steps)
            for event in alert(
                sent_at,
                *seconds,
                alert_id=f"a{k}",
                user_id=f"u{k}",
                slot_id=f"s{k}",
                opened_at=opened,
            )
        ],
        received_at=NOW,
    )
    tick(engine, SETTINGS, NOW)
    page = open_page(database_url, LOSSES)
    assert not page.exception
    kinds = page.table[0].value
    assert numbers(kinds["Alerts"]) == [40, 6, 5, 4, 5, 0, 0]
    assert titles(page)[0] == (
        "67 % of lost alerts were never opened, and their tables were taken meanwhile; to 17 % "
        "somebody reacted too late"
    )
    assert "A longer window moves losses from *still there* to *gone*" in text(page)
    steps_table = frame(open_page(database_url, FUNNEL), "Step").set_index("Step")
    assert steps_table["Lost before, gone"].to_dict() == {
        "sent": "",
        "opened": "40",
        "tapped": "11",
        "booked": "9",
    }


def test_where_nothing_has_settled_nothing_is_called_lost_or_not(
    open_page: Open, engine: Engine, database_url: str
) -> None:
    track(engine, alerts_of("new", 20, sent_at=NOW - timedelta(hours=1)), received_at=NOW)
    tick(engine, SETTINGS, NOW)
    page = open_page(database_url, LOSSES, days="7", within="168")
    assert titles(page)[0] == "No alert has settled yet"
    assert "No settled alert" not in text(page)


def test_alerts_without_a_sending_are_counted_where_one_looks_for_them(
    open_page: Open, engine: Engine, database_url: str
) -> None:
    track(
        engine,
        [step("booking_confirmed", NOW - DAY, f"lost{k}", user_id=f"u{k}") for k in range(12)],
        received_at=NOW,
    )
    tick(engine, SETTINGS, NOW)
    unsent = "12 alerts with steps but no sending"
    assert unsent in text(open_page(database_url, FUNNEL))
    track(engine, alerts_of("a", 20), received_at=NOW)
    tick(engine, SETTINGS, NOW)
    assert f"{unsent} (`alert_sent`) are in no number here." in text(
        open_page(database_url, FUNNEL)
    )
    health = text(open_page(database_url, "health.py"))
    assert f"{unsent}: without `alert_sent` an alert is in no number" in health
    assert "Everything that was accepted is counted" not in health
    track(
        engine,
        [step("alert_sent", NOW - 2 * DAY, f"lost{k}", user_id=f"u{k}") for k in range(12)],
        received_at=NOW,
    )
    assert "no sending" not in text(open_page(database_url, "health.py"))


def test_speed_is_shown_by_time_to_open_and_openings_not_seen_are_told_apart(
    open_page: Open, engine: Engine, database_url: str
) -> None:
    at_once = ((15, 20, 30), 40, "a"), ((16,), 40, "b"), ((1801,), 40, "c"), ((None, 9), 20, "d")
    events = [
        event
        for seconds, size, name in at_once
        for k in range(size)
        for event in alert(NOW - 3 * DAY, *seconds, alert_id=f"{name}{k}", user_id=f"{name}{k}")
    ]
    track(engine, events, received_at=NOW)
    tick(engine, SETTINGS, NOW)
    page = open_page(database_url, DRIVERS)
    assert not page.exception
    rows = frame(page, "Time to open").set_index("Time to open")
    assert rows["Alerts"].to_dict() == {
        "15 s or less": "40",
        "15–30 s": "40",
        "30–60 s": "0",
        "1–2 min": "0",
        "2–5 min": "0",
        "5–30 min": "0",
        "more than 30 min": "40",
        "opening not seen": "20",
    }
    assert rows["Booked"].iloc[0] == "40"
    said = text(page)
    assert "By time to open, alerts are booked most often for 15 s or less (100 %)" in said
    assert "whoever opens fast may be keener" in said
    assert list(open_page(database_url, LOSSES).table[1].value.columns) == [
        "Alerts in time",
        "Of all losses",
    ]


@pytest.mark.parametrize(
    ("page", "asked", "said"),
    [
        (FUNNEL, {"days": "5"}, "“5” is none of the days of sending on offer (7, 28, 90)"),
        (LOSSES, {"within": "12"}, "“12” is none of the hours on offer (1, 6, 24, 72, 168)"),
        (COHORTS, {"to": "2026-08-01"}, "“2026-08-01” is none of the days with alerts, "),
        (COHORTS, {"to": "tomorrow"}, "“tomorrow” is none of the days with alerts, "),
        (FUNNEL, {"by": "message_variant"}, "is none of the breakdowns on offer (venue, "),
        (DRIVERS, {"timing": "week"}, "“week” is none of the timings on offer (weekday, hour, "),
    ],
)
def test_a_value_in_a_link_that_cannot_be_used_is_said(
    open_page: Open, demo_url: str, page: str, asked: dict[str, str], said: str
) -> None:
    found = open_page(demo_url, page, **asked)
    assert not found.exception
    assert [warning.value for warning in found.warning if said in warning.value]


def test_values_in_a_link_that_can_be_used_need_no_words(open_page: Open, demo_url: str) -> None:
    page = open_page(demo_url, FUNNEL, days="7", within="6", to="2026-11-20", by="time to open")
    assert not page.exception
    assert not page.warning
    assert "7 days to Fri, Nov 20" in text(page)
    assert "15 s or less" in frame(page, "Not settled").iloc[0, 0]
