"""Page: what is open right now, what was just taken, and whether it is worth running for."""

from datetime import datetime, timedelta

import pandas as pd
import streamlit as st

from charts.look import Caption
from charts.nights import nights_figure
from dashboard import choices, data, explain, findings, formats, parts, pictures
from dashboard.choices import Place
from metrics.calendar import local_date, local_time
from metrics.catchable import effective_reaction_seconds
from metrics.still_there import chance_still_there
from metrics.survival import SurvivalCurve
from metrics.wording import count_words, duration_words, number_of

REFRESH = timedelta(seconds=15)
SHOWN = 100
FEW_ROWS = 10  # at most: all of them are seen, without room for more
CURVE_DAYS = 90

HELP = "The share of this venue's tables that was still there at this age."


def page() -> None:
    """The header once; everything else again every few seconds."""
    place = choices.header("Live")
    if place is not None:
        _now(place)


@st.fragment(run_every=REFRESH)
def _now(place: Place) -> None:
    now = data.now()
    reach = data.progress(place.market_id)
    today = local_date(now, place.timezone)
    counts = data.live_counts(place.market_id)
    st.markdown(findings.live_finding(counts, place.name))
    st.caption(_freshness(place, reach.data_through, now))
    # Once its prime time is over, that tonight has the fewest prime tables says nothing.
    is_over = local_time(now, place.timezone).hour >= place.prime_end_hour
    compared = today + timedelta(days=1) if is_over else today
    caption = Caption(
        title=findings.nights_title(counts, place.name, first=compared),
        subtitle=(
            "Tables open now by the night they are for; red: prime time "
            f"({place.prime_words}). {formats.instant_words(now, place.timezone)}, "
            f"{place.name} time."
        ),
        source=place.source,
    )
    pictures.figure(
        lambda look, said: nights_figure(counts, look, said, first=today),
        caption,
        key="nights",
        file_name=place.file_stem("open-tables", f"{now:%Y-%m-%dt%H%M}z"),
        table=counts.assign(market=place.market_id, as_of=now.isoformat(), source=place.source),
        measure="prime_time",
    )
    _open(place, reach.data_through or now, now)
    _taken(place, now)


def _freshness(place: Place, through: datetime | None, now: datetime) -> str:
    if through is None:
        return "We have not looked yet."
    return (
        f"We last looked {formats.ago_words(through, now)}. This page looks again every "
        f"{duration_words(REFRESH.total_seconds())}."
    )


def _open(place: Place, through: datetime, now: datetime) -> None:
    st.subheader("Open now, the newest first", anchor=False)
    prime_only = st.toggle("Prime time only", key="prime", bind="query-params")
    drops = data.live_drops(place.market_id, SHOWN, prime_only=prime_only)
    if drops.empty:
        st.caption("No table is open at the moment." if not prime_only else "No prime table is.")
        return
    curves = _curves(place, tuple(sorted(set(drops["venue_id"]))), now)
    shown = _open_rows(drops, curves, through, now, place)
    reaction = duration_words(_reaction(curves))
    st.caption(
        f"{number_of(len(drops), 'table').capitalize()}"
        + (f" (the newest {SHOWN})" if len(drops) == SHOWN else "")
        + f". The chance is that of still finding it in {reaction}, from how long this venue's "
        f"tables lasted in the last {CURVE_DAYS} days. {parts.SELECT_ROW}"
    )
    st.dataframe(
        shown,
        hide_index=True,
        height=390 if len(drops) > FEW_ROWS else "auto",
        key="venues",
        on_select=parts.note_selection,
        selection_mode="single-row",
        column_config={
            "Lasted this long": st.column_config.TextColumn(
                help=f"{HELP} {explain.measure('survival')}"
            ),
            "Still there": st.column_config.TextColumn(help=explain.measure("still_there")),
        },
        alt="Tables open now, the newest first",
    )
    parts.csv_download(
        shown.assign(market=place.market_id, as_of=now.isoformat(), source=place.source),
        file_name=place.file_stem("open-now", f"{now:%Y-%m-%dt%H%M}z"),
        key="open-csv",
    )
    row = st.session_state.pop("selected_row", None)
    if row is not None:
        st.switch_page("venue.py", query_params={"venue": str(drops["venue_id"].iloc[row])})


def _curves(place: Place, venue_ids: tuple[str, ...], now: datetime) -> dict[str, SurvivalCurve]:
    today = local_date(now, place.timezone)
    last = place.reach.complete_through or today
    return data.venue_curves(
        place.market_id, venue_ids, last - timedelta(days=CURVE_DAYS - 1), last, today
    )


def _reaction(curves: dict[str, SurvivalCurve]) -> float:
    """Seconds until a reader can act: as the settings say, or the poll interval where longer."""
    resolution = max((curve.resolution_seconds or 0.0 for curve in curves.values()), default=0.0)
    return effective_reaction_seconds(data.settings().reaction_seconds, resolution)


def _open_rows(
    drops: pd.DataFrame,
    curves: dict[str, SurvivalCurve],
    through: datetime,
    now: datetime,
    place: Place,
) -> pd.DataFrame:
    reaction = _reaction(curves)
    rows = []
    for drop in drops.itertuples():
        curve = curves.get(drop.venue_id)
        age = (now - drop.opened_at).total_seconds()
        seen_at = max((min(through, now) - drop.opened_at).total_seconds(), 0.0)
        chance = chance_still_there(
            curve, seen_at_seconds=seen_at, wanted_at_seconds=age + reaction
        )
        rows.append(
            {
                **_slot(drop, place),
                "Opened": formats.ago_words(drop.opened_at, now),
                "Lasted this long": formats.in_ten_text(None if curve is None else curve.at(age)),
                "Still there": formats.chance_text(chance),
            }
        )
    return pd.DataFrame(rows)


def _taken(place: Place, now: datetime) -> None:
    st.subheader("Taken in the last hour", anchor=False)
    drops = data.just_closed(place.market_id, SHOWN)
    if drops.empty:
        st.caption("No table was seen to go in the last hour.")
        return
    shown = pd.DataFrame(
        [
            {
                **_slot(drop, place),
                "Taken": formats.ago_words(drop.closed_at, now),
                "Was open": formats.open_time_words(drop.open_seconds),
            }
            for drop in drops.itertuples()
        ]
    )
    st.dataframe(
        shown, hide_index=True, height="auto", key="taken", alt="Tables taken in the last hour"
    )
    parts.csv_download(
        shown.assign(market=place.market_id, as_of=now.isoformat(), source=place.source),
        file_name=place.file_stem("just-taken", f"{now:%Y-%m-%dt%H%M}z"),
        key="taken-csv",
    )


def _slot(drop: object, place: Place) -> dict[str, object]:
    """What a table is: where, when, for how many."""
    size = drop.party_size  # type: ignore[attr-defined]
    return {
        "Venue": drop.venue_name,  # type: ignore[attr-defined]
        "For": formats.instant_words(drop.slot_at, place.timezone),  # type: ignore[attr-defined]
        "Party": "any" if pd.isna(size) else count_words(int(size)),
        "Prime": "prime" if drop.is_prime else "",  # type: ignore[attr-defined]
        "Neighborhood": drop.neighborhood or "",  # type: ignore[attr-defined]
    }


page()
