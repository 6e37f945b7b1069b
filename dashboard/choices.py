"""What a reader chooses on more than one page: the market, and a window of days. All in the URL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from dashboard import data, formats, parts
from dashboard.memory import kept
from db.insights import Progress, Version, preferred_market
from metrics.wording import date_words, number_of

NO_DATA = (
    "No drop events yet. Load some with `python -m pipeline ingest FILE`, or send them to "
    "`POST /events`; this page fills with the next tick."
)
FEW_DAYS = 7
MARKET_CHOICE, ASKED_MARKET = "market_choice", "asked_market"
NOT_SCORED = "These data have not been scored yet. The next tick does that."


@dataclass(frozen=True)
class Place:
    """The market a page is about; the same one while its numbers are.

    version: what answers about it are remembered by. source: the source line of what is shown.
    reach: how far its data go, which moves on with every tick.
    """

    market_id: str
    name: str
    timezone: str
    is_simulated: bool
    prime_start_hour: int
    prime_end_hour: int
    first_date: date
    latest_date: date
    version: Version
    source: str
    reach: Progress = field(compare=False)

    @property
    def prime_words(self) -> str:
        """Prime time: 6 pm to 9 pm."""
        return formats.hours_words(self.prime_start_hour, self.prime_end_hour)

    def file_stem(self, *words: str | int | date) -> str:
        """A file's name: what, which market, the rest."""
        what, *rest = words
        return parts.file_stem(what, self.market_id, *rest, is_simulated=self.is_simulated)


@dataclass(frozen=True)
class Window:
    """Days of opening, both included; `size` as it was chosen, in its own unit."""

    first: date
    last: date
    size: int

    @property
    def days(self) -> int:
        """How many they are."""
        return (self.last - self.first).days + 1

    @property
    def words(self) -> str:
        """The window as it is said: its length and its last day."""
        return formats.window_ending(self.last, self.days)


@dataclass(frozen=True)
class Known:
    """The markets that have data, by their ids: rows of `data.markets`, and how each is told from
    the others; `usual` is the one shown unless another is asked for, empty where there is none."""

    rows: dict[str, Any]
    names: dict[str, str]
    usual: str


@kept(data.PROGRESS_FRESH)
def _known() -> Known:
    markets = data.markets()
    with_data = markets[markets["latest_date"].notna()]
    rows = {row.market_id: row for row in with_data.itertuples(index=False)}
    return Known(rows, market_names(with_data), preferred_market(with_data) if rows else "")


def header(title: str) -> Place | None:
    """The page's header and the market it is about; None, and said so, where there are no data."""
    known = _known()
    if not known.rows:
        parts.page_header(title, is_simulated=False)
        st.info(NO_DATA)
        return None
    market_id = choose_market(known.names, usual=known.usual, lacking="events")
    market = known.rows[market_id]
    is_simulated, reach = bool(market.is_simulated), data.progress(market_id)
    place = Place(
        market_id=market_id,
        name=parts.place_words(market.name),
        timezone=market.timezone,
        is_simulated=is_simulated,
        prime_start_hour=int(market.prime_start_hour),
        prime_end_hour=int(market.prime_end_hour),
        first_date=market.first_date,
        latest_date=market.latest_date,
        version=reach.version,
        source=parts.source(reach, is_simulated=is_simulated),
        reach=reach,
    )
    parts.page_header(
        title,
        is_simulated=place.is_simulated,
        market=known.names[market_id] if len(known.names) > 1 else None,
    )
    _offer_demo(place, known)
    return place


def choose_market(names: Mapping[str, str], *, usual: str, lacking: str) -> str:
    """The market asked for, one of those that have data; which these are is seen in the sidebar.

    names: of the markets that have data, by their ids, as of `market_names`. usual: the one shown
    unless another is asked for. lacking: what a market that is left out has none of, as in
    "alerts".
    """
    # Not bound to the URL by Streamlit, which would put the name there, and forget the market on
    # the way to the next page.
    asked = st.query_params.get("market", st.session_state.get(ASKED_MARKET))
    market_id = usual
    if asked is not None:
        st.session_state[ASKED_MARKET] = asked
        if asked in names:
            market_id = st.query_params["market"] = asked
        else:
            _say_left_out(asked, names, shown=names[usual], lacking=lacking)
    if len(names) > 1:
        st.session_state[MARKET_CHOICE] = market_id
        st.sidebar.selectbox(
            "Market",
            list(names),
            format_func=names.__getitem__,
            key=MARKET_CHOICE,
            on_change=_put_market_into_url,
        )
    return market_id


def _put_market_into_url() -> None:
    st.query_params["market"] = st.session_state[MARKET_CHOICE]


def _say_left_out(asked: str, names: Mapping[str, str], *, shown: str, lacking: str) -> None:
    known = market_names(data.markets())
    if asked in known:
        st.warning(f"{formats.as_markdown(known[asked])} has no {lacking} yet: this is {shown}.")
    else:
        say_unknown("market", list(names), "market")


def market_names(markets: pd.DataFrame) -> dict[str, str]:
    """Each market's name as it is told from the others, by its id."""
    names = {
        str(market.market_id): parts.market_label(market.name, is_simulated=market.is_simulated)
        for market in markets.itertuples(index=False)
    }
    given = list(names.values())
    return {
        market_id: name if given.count(name) == 1 else f"{name}, {market_id}"
        for market_id, name in names.items()
    }


def market_header(title: str, market_id: str) -> None:
    """The header of a page about one market, which is named where it is not the only one."""
    known = data.markets()
    names = market_names(known[known["latest_date"].notna() | (known["market_id"] == market_id)])
    parts.page_header(
        title,
        is_simulated=bool(known.set_index("market_id").loc[market_id, "is_simulated"]),
        market=names[market_id] if len(names) > 1 else None,
    )


def _offer_demo(place: Place, known: Known) -> None:
    """In a real market's first days: a way to the demo, which shows what the pages will say."""
    days = (place.latest_date - place.first_date).days + 1
    simulated = [row.market_id for row in known.rows.values() if row.is_simulated]
    if place.is_simulated or days >= FEW_DAYS or not simulated:
        return
    market_id = simulated[0]
    name = known.names[market_id]
    st.info(
        f"{place.name} has {number_of(days, 'day')} of data, too few for most of what is here: "
        f"[{formats.as_markdown(name)}](?{urlencode({'market': market_id})}) shows it with months "
        "of them."
    )


def say_unknown(key: str, known: Sequence[str], noun: str) -> None:
    """Says so where the URL names something there is none of: its widget would just leave it out.

    noun: what it is, as in "neighborhood in New York".
    """
    asked = st.query_params.get(key)
    if asked is not None and asked not in known:
        st.warning(f"There is no {noun} called “{formats.as_markdown(asked)}”: it is left out.")


def say_not_offered(key: str, offered: Sequence[object], what: str) -> None:
    """Says so where the URL asks for none of the values offered. what: they are, as in "hours"."""
    asked = st.query_params.get(key)
    if asked is not None and asked not in map(str, offered):
        st.warning(
            f"“{formats.as_markdown(asked)}” is none of the {what} on offer "
            f"({', '.join(map(str, offered))}): it is left out."
        )


def say_outside(key: str, first: date, last: date, what: str) -> None:
    """Says so where the URL asks for a day that is none, or outside the `what`."""
    asked = st.query_params.get(key)
    if asked is None:
        return
    try:
        is_inside = first <= date.fromisoformat(asked) <= last
    except ValueError:
        is_inside = False
    if not is_inside:
        st.warning(
            f"“{formats.as_markdown(asked)}” is none of the {what}, "
            f"{date_words(first, with_year=True)} to {date_words(last, with_year=True)}: it is "
            "left out."
        )


def window(
    place: Place, sizes: Sequence[int], *, default: int, unit_days: int, label: str, keys: str
) -> Window:
    """How long, and up to which day; days before the market's first are left out.

    sizes: the lengths on offer, in units of `unit_days` days. keys: what the two are called in the
    URL, `{keys}` and `{keys}_to`.
    """
    with st.container(horizontal=True, vertical_alignment="bottom"):
        size = st.segmented_control(
            label, sizes, default=default, required=True, key=keys, bind="query-params"
        )
        usual = max(place.reach.complete_through or place.latest_date, place.first_date)
        last = st.date_input(
            "Up to",
            value=usual,
            min_value=place.first_date,
            max_value=max(place.latest_date, usual),
            key=f"{keys}_to",
            bind="query-params",
            format="MM/DD/YYYY",
            width=140,
        )
    first = max(last - timedelta(days=size * unit_days - 1), place.first_date)
    if (last - first).days + 1 < size * unit_days:
        st.caption(f"The data begin on {date_words(place.first_date, with_year=True)}.")
    return Window(first, last, size)
