"""What a reader chooses on more than one page: the market, and a window of days. All in the URL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import streamlit as st

from dashboard import data, formats, parts
from db.insights import Progress
from metrics.wording import date_words

NO_DATA = (
    "No drop events yet. Load some with `python -m pipeline ingest FILE`, or send them to "
    "`POST /events`; this page fills with the next tick."
)
NOT_SCORED = "These data have not been scored yet. The next tick does that."


@dataclass(frozen=True)
class Place:
    """The market a page is about."""

    market_id: str
    name: str
    timezone: str
    is_simulated: bool
    prime_start_hour: int
    prime_end_hour: int
    first_date: date
    latest_date: date
    reach: Progress

    @property
    def prime_words(self) -> str:
        """Prime time: 6 pm to 9 pm."""
        return formats.hours_words(self.prime_start_hour, self.prime_end_hour)

    @property
    def source(self) -> str:
        """The source line of what is shown of it."""
        return parts.source(self.reach, is_simulated=self.is_simulated)

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


def header(title: str) -> Place | None:
    """The page's header and the market it is about; None, and said so, where there are no data."""
    markets = data.markets()
    with_data = markets[markets["latest_date"].notna()]
    if with_data.empty:
        parts.page_header(title, is_simulated=False)
        st.info(NO_DATA)
        return None
    ids = [str(market_id) for market_id in with_data["market_id"]]
    market_id = ids[0]
    say_unknown("market", ids, "market with data")
    if len(ids) > 1:
        market_id = st.sidebar.selectbox(
            "Market", ids, index=ids.index(data.default_market()), key="market", bind="query-params"
        )
    market = with_data.set_index("market_id").loc[market_id]
    parts.page_header(title, is_simulated=bool(market["is_simulated"]))
    return Place(
        market_id=market_id,
        name=parts.place_words(market["name"]),
        timezone=market["timezone"],
        is_simulated=bool(market["is_simulated"]),
        prime_start_hour=int(market["prime_start_hour"]),
        prime_end_hour=int(market["prime_end_hour"]),
        first_date=market["first_date"],
        latest_date=market["latest_date"],
        reach=data.progress(market_id),
    )


def say_unknown(key: str, known: Sequence[str], noun: str) -> None:
    """Says so where the URL names something there is none of: its widget would just leave it out.

    noun: what it is, as in "neighborhood in New York".
    """
    asked = st.query_params.get(key)
    if asked is not None and asked not in known:
        st.warning(f"There is no {noun} called “{formats.as_markdown(asked)}”: it is left out.")


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
