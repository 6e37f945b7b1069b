"""What the pages on conversion share: what is asked, the answers, and what may be exported."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

import pandas as pd
import streamlit as st

from charts.look import source_line
from dashboard import choices, data, formats, parts
from dashboard.memory import kept
from db import insights
from db.insights import (
    Comparison,
    Funnel,
    FunnelRow,
    FunnelUsers,
    Kinds,
    ReactionCurves,
    TimeToAct,
    VenueConversion,
)
from metrics.by_users import ShareByUsers
from metrics.calendar import local_date
from metrics.proportions import ShareRatio
from metrics.small_cells import SMALLEST_CELL, are_suppressed
from metrics.wording import (
    WEEKDAYS,
    count_words,
    date_words,
    duration_words,
    number_of,
    percent_range_words,
    percent_words,
    time_words,
)

DAYS = (7, 28, 90)
WINDOW_HOURS = (1, 6, 24, 72, 168)
HOUR = 3600
HELD_BACK = "held back"
HELD_BACK_WORDS = (
    f"Rows of fewer than {SMALLEST_CELL} settled alerts, and as many next to them as it takes to "
    "keep them from following from the total, are held back here, in the picture and in the CSV; "
    "how many have not settled is held back too where they are as few with the settled ones."
)

NO_ALERTS = (
    "No alert has been scored yet. Apps send what becomes of alerts to `POST /alerts/track`, files "
    "go in with `python -m pipeline ingest --kind alerts FILE`; this page fills with the next tick."
)
BREAKDOWNS: dict[str, str] = {
    "venue": "venue",
    "neighborhood": "neighborhood",
    "tier": "tier",
    "daypart": "daypart",
    "weekday": "weekday",
    "hour": "hour",
    "goal_match": "goal match",
    "channel": "channel",
    "message_variant": "variant",
    "time_to_open": "time to open",
}
"""What a funnel can be broken down by, and how the pages call it."""

OPENED_WORDS = (
    "15 s or less",
    "15–30 s",
    "30–60 s",
    "1–2 min",
    "2–5 min",
    "5–30 min",
    "more than 30 min",
)
"""The bands of `OPENED_WITHIN_SECONDS`."""
NOT_COMPARED = ("venue", "week")
"""Venues are compared where they are ranked, weeks with one another."""

STEP_WORDS = {
    "alert_sent": "sent",
    "alert_opened": "opened",
    "tap_to_reserve": "tapped",
    "booking_confirmed": "booked",
}


@dataclass(frozen=True)
class Asked:
    """The market, days of sending and window that a page is about; hashable, so that answers are
    remembered by it until the next scoring."""

    market_id: str
    name: str
    timezone: str
    is_simulated: bool
    scored_for: datetime
    days: int
    last: date
    window_hours: int

    @property
    def scope(self) -> dict[str, Any]:
        """The arguments of `db.insights` that say so."""
        return {
            "days": self.days,
            "as_of": self.last,
            "window_hours": self.window_hours,
            "market": self.market_id,
        }

    @property
    def source(self) -> str:
        """The source line of what is shown."""
        through = date_words(local_date(self.scored_for, self.timezone), with_year=True)
        return source_line(through, is_simulated=self.is_simulated)

    @property
    def window_words(self) -> str:
        """The conversion window: "within 24 hours"."""
        return f"within {duration_words(self.window_hours * HOUR)}"

    @property
    def days_words(self) -> str:
        """The days of sending."""
        return formats.window_ending(self.last, self.days)

    def file_stem(self, what: str) -> str:
        """A file's name."""
        return parts.file_stem(
            f"conversion-{what}",
            self.market_id,
            self.last,
            f"{self.days}d",
            f"{self.window_hours}h",
            is_simulated=self.is_simulated,
        )

    def signed(self, table: pd.DataFrame) -> pd.DataFrame:
        """The table with what it is about in further columns, as it leaves the house."""
        return table.assign(
            market=self.market_id,
            first_date=self.last - timedelta(days=self.days - 1),
            last_date=self.last,
            window_hours=self.window_hours,
            source=self.source,
        )


def header(title: str) -> Asked | None:
    """The page's header, and what it is asked about; None, and said so, where there is no alert."""
    markets = alerted_markets()
    if markets.empty:
        parts.page_header(title, is_simulated=False)
        st.info(f"{NO_ALERTS} {unsent_words(unsent_alerts())}".rstrip())
        return None
    market_id = choices.choose_market(
        choices.market_names(markets), usual=str(markets["market_id"].iloc[0]), lacking="alerts"
    )
    market = markets.set_index("market_id").loc[market_id]
    choices.market_header(title, market_id)
    usual_hours = data.settings().conversion_window_hours
    hours_offered = sorted({*WINDOW_HOURS, usual_hours})
    choices.say_not_offered("days", DAYS, "days of sending")
    choices.say_not_offered("within", hours_offered, "hours")
    choices.say_outside("to", market["first_date"], market["last_date"], "days with alerts")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        days = st.segmented_control(
            "Days of sending", DAYS, default=28, required=True, key="days", bind="query-params"
        )
        hours = st.segmented_control(
            "Booked within, hours",
            hours_offered,
            default=usual_hours,
            required=True,
            key="within",
            bind="query-params",
        )
        last = st.date_input(
            "Up to",
            value=market["last_date"],
            min_value=market["first_date"],
            max_value=market["last_date"],
            key="to",
            bind="query-params",
            format="MM/DD/YYYY",
            width=140,
        )
    return Asked(
        market_id=market_id,
        name=parts.place_words(market["name"]),
        timezone=market["timezone"],
        is_simulated=bool(market["is_simulated"]),
        scored_for=market["scored_for"].to_pydatetime(),
        days=days,
        last=last,
        window_hours=hours,
    )


@kept(data.PROGRESS_FRESH)
def alerted_markets() -> pd.DataFrame:
    """Markets with scored alerts."""
    return insights.alerted_markets(data.engine())


def unsent_words(unsent: int) -> str:
    """A sentence on alerts that are in no number; empty without any.

    >>> unsent_words(1)
    'One alert with steps but no sending (`alert_sent`) is in no number here.'
    """
    if not unsent:
        return ""
    words = number_of(unsent, "alert")
    are = "is" if unsent == 1 else "are"
    return (
        f"{words[:1].upper()}{words[1:]} with steps but no sending (`alert_sent`) {are} in no "
        "number here."
    )


@kept(data.PROGRESS_FRESH)
def unsent_alerts(market_id: str | None = None) -> int:
    """How many alerts have steps but no sending, of a market or of all."""
    return insights.unsent_alerts(data.engine(), market_id)


@kept(data.FRESH, most=200)
def funnel(asked: Asked, by: str | None = None) -> Funnel:
    """The funnel, whole and broken down."""
    return insights.funnel(data.engine(), now=data.now(), by=by, **asked.scope)


@kept(data.FRESH, most=200)
def users(
    asked: Asked, by: str | None = None
) -> tuple[FunnelUsers, Mapping[str | None, FunnelUsers]]:
    """How sure the funnel's shares are, of the whole and of each group by its key."""
    return insights.funnel_users(
        data.engine(),
        now=data.now(),
        by=by,
        is_compared=by is not None and by not in NOT_COMPARED,
        **asked.scope,
    )


@kept(data.FRESH, most=50)
def reactions(asked: Asked) -> ReactionCurves:
    """What was lost where, and how fast alerts were acted on."""
    return insights.reaction_curves(data.engine(), now=data.now(), **asked.scope)


@kept(data.FRESH, most=50)
def time_to_act(asked: Asked, by: str | None = None) -> Sequence[TimeToAct]:
    """Medians and 90th percentiles: the whole first."""
    return insights.time_to_act(data.engine(), now=data.now(), by=by, **asked.scope)


@kept(data.FRESH, most=50)
def saved_or_not(asked: Asked) -> Comparison:
    """Alerts for saved venues against the others."""
    return insights.saved_or_not(data.engine(), now=data.now(), **asked.scope)


@kept(data.FRESH, most=50)
def kinds(asked: Asked, by: Literal["message_variant", "channel"]) -> Kinds | None:
    """Message variants, or channels, side by side."""
    return insights.kinds_compared(data.engine(), by, now=data.now(), **asked.scope)


@kept(data.FRESH, most=50)
def venues(asked: Asked) -> Sequence[VenueConversion]:
    """Venues ranked by shrunken conversion."""
    return insights.venues_by_conversion(data.engine(), now=data.now(), **asked.scope)


def key_words(by: str, key: str | None, names: Mapping[str, str]) -> str:
    """What a row of a breakdown is called.

    >>> key_words("weekday", "5", {}), key_words("hour", "19", {}), key_words("channel", None, {})
    ('Friday', '7 pm', 'not said')
    >>> key_words("goal_match", "true", {}), key_words("tier", None, {})
    ('saved', 'not ranked')
    >>> key_words("tier", "truly impossible or tough but doable", {})
    'impossible or tough'
    """
    if key is None:
        return {
            "tier": "not ranked",
            "neighborhood": "not known",
            "time_to_open": "opening not seen",
        }.get(by, "not said")
    if by == "venue":
        return names.get(key, key)
    if by == "weekday":
        return WEEKDAYS[int(key) - 1]
    if by == "hour":
        return time_words(int(key))
    if by == "goal_match":
        return "saved" if key == "true" else "not saved"
    if by == "tier":
        return key.replace("truly ", "").replace(" but doable", "")
    if by == "time_to_open":
        return OPENED_WORDS[int(key)]
    if by == "daypart":
        return {"prime": "prime", "off_peak": "off-peak"}.get(key, "not known")
    return key


def exported(table: pd.DataFrame, *, kept: Sequence[str]) -> pd.DataFrame:
    """A breakdown as it may leave the house: the numbers of small rows are empty.

    table: in the order of the groups, with `sent` (settled alerts: who is small, is so on every
    page) and `unsettled`, held back too where both together are small. kept: the columns that name
    a row. `is_suppressed` is added.
    """
    shown = emptied(table, _are_small(table["sent"]), kept=kept)
    is_small_whole = _are_small(table["sent"] + table["unsettled"])
    return shown.assign(unsettled=shown["unsettled"].astype(object).where(~is_small_whole, None))


def _are_small(sizes: pd.Series) -> pd.Series:
    return pd.Series(are_suppressed(sizes.astype(int).tolist()), index=sizes.index, dtype=bool)


def emptied(table: pd.DataFrame, is_suppressed: pd.Series, *, kept: Sequence[str]) -> pd.DataFrame:
    """The table without the numbers of the rows that are held back. `is_suppressed` is added."""
    shown = table.copy()
    for column in table.columns.difference(list(kept)):
        shown[column] = table[column].astype(object).where(~is_suppressed, None)
    return shown.assign(is_suppressed=is_suppressed)


def held_back(asked: Asked, by: str) -> set[str | None]:
    """Keys of a breakdown's groups whose numbers are held back, the same ones on every page."""
    rows = funnel(asked, by).rows
    are_held = are_suppressed([row.sent for row in rows])
    return {row.key for row, is_held in zip(rows, are_held, strict=True) if is_held}


def shown_venues(asked: Asked) -> Sequence[VenueConversion]:
    """The venues that a title may name."""
    held = held_back(asked, "venue")
    return [venue for venue in venues(asked) if venue.venue_id not in held]


TIER_ORDER = ("impossible", "tough", "gettable", "not enough watching", "not ranked")


def _tier_place(name: str) -> tuple[int, int]:
    """Hardest first; those that straddle come after the tier they begin in."""
    first = next(k for k, tier in enumerate(TIER_ORDER) if name.startswith(tier))
    return first, len(name)


def rows_of(asked: Asked, by: str, names: Mapping[str, str]) -> pd.DataFrame:
    """A breakdown as a table: name, sent, users, unsettled, opened, tapped, booked, the overall
    rate with its interval, losses by cause; unless NOT_COMPARED also ratio_to_others and p_value,
    None where there are too few users or alerts. In the order of the groups; tiers the hardest
    first."""
    _, of_users = users(asked, by)
    rows = []
    for row in funnel(asked, by).rows:
        numbers = row_numbers(row, of_users[row.key])
        if by not in NOT_COMPARED:
            numbers |= _against_others(of_users[row.key].against_others)
        rows.append({"name": key_words(by, row.key, names), **numbers})
    if by == "tier":
        rows.sort(key=lambda row: _tier_place(row["name"]))
    return pd.DataFrame(rows)


def row_numbers(row: FunnelRow, of_users: FunnelUsers) -> dict[str, Any]:
    """One row's numbers."""
    return {
        **{STEP_WORDS[step.step]: step.count for step in row.steps},
        "users": of_users.users,
        "unsettled": row.unsettled,
        **share_columns(of_users.overall[-1], "booked_rate"),
        **row.losses,
    }


def share_columns(share: ShareByUsers | None, name: str, ends: str = "") -> dict[str, float | None]:
    """A share as `name`, and the ends of its interval."""
    lower, upper = (None, None) if share is None else share.interval or (None, None)
    return {
        name: None if share is None else share.share,
        f"{ends}lower": lower,
        f"{ends}upper": upper,
    }


def _against_others(ratio: ShareRatio | None) -> dict[str, float | None]:
    if ratio is None or ratio.is_small:
        return {"ratio_to_others": None, "p_value": None}
    return {"ratio_to_others": ratio.ratio, "p_value": ratio.p_value}


def drawn_shares(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of a breakdown as `shares_figure` takes them; those without a settled alert are left
    out."""
    known = rows[rows["booked_rate"].notna()]
    return known.assign(
        share=known["booked_rate"],
        words=[
            f"{rate_text(row.booked_rate, row.lower, row.upper)} of "
            f"{alerts_words(int(row.sent), int(row.users))} booked"
            for row in known.itertuples()
        ],
        note=[f"n = {count_words(int(sent))}" for sent in known["sent"]],
    )


def alerts_words(alerts: int, users: int) -> str:
    """Settled alerts, and to how many users they went.

    >>> alerts_words(1200, 1)
    '1,200 settled alerts to one user'
    """
    return f"{number_of(alerts, 'settled alert')} to {number_of(users, 'user')}"


def nothing_drawn(rows: pd.DataFrame) -> str:
    """What stands in place of a picture of shares that shows no row."""
    if rows["sent"].sum():
        return f"Every row is held back: fewer than {SMALLEST_CELL} settled alerts."
    return "No alert has settled in this window."


def table(frame: pd.DataFrame, *, key: str, alt: str) -> None:
    """A table of words; what is held back says so."""
    st.dataframe(frame, hide_index=True, height="auto", key=key, alt=alt)


def count_text(count: object) -> str:
    """A count in a table; one that is held back says so, small or not.

    >>> count_text(1234), count_text(None)
    ('1,234', 'held back')
    """
    return HELD_BACK if count is None or pd.isna(count) else count_words(int(count))  # type: ignore[call-overload]


def rate_text(share: object, lower: object, upper: object, *, is_held_back: object = False) -> str:
    """A share with its interval in a table.

    >>> rate_text(0.31, 0.25, 0.37), rate_text(None, None, None)
    ('31 % (25–37 %)', 'not enough data')
    >>> rate_text(0.8, None, None)
    '80 % (one user: no interval)'
    >>> rate_text(None, None, None, is_held_back=True)
    'held back'
    """
    if is_held_back:
        return HELD_BACK
    if share is None or pd.isna(share):
        return formats.UNKNOWN
    if lower is None or pd.isna(lower):
        return f"{percent_words(float(share))} (one user: no interval)"  # type: ignore[arg-type]
    ends = (float(lower), float(upper))  # type: ignore[arg-type]
    return f"{percent_words(float(share), ends)} ({percent_range_words(ends)})"  # type: ignore[arg-type]


def n_words(asked: Asked, row: FunnelRow) -> str:
    """How many alerts a figure rests on, to how many users, and over what."""
    waiting = f", {count_words(row.unsettled)} more not settled" if row.unsettled else ""
    whole, _ = users(asked)
    return f"n = {alerts_words(row.sent, whole.users)}{waiting}. {asked.days_words}."
