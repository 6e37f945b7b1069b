"""Page: this week. Is the market tight now, what changed, who is hardest, who moves."""

from datetime import date, timedelta

import pandas as pd
import streamlit as st

from charts.annotations import annotation_texts, annotation_words
from charts.gaps import measured_coverage
from charts.look import Caption
from dashboard import choices, data, explain, findings, formats, parts, printable
from dashboard.choices import Place
from dashboard.figures import market_days_figure, slopes_figure
from db import insights
from metrics.calendar import local_date
from metrics.wording import date_words, duration_words, number_of, percent_words

DRAWN_DAYS = 28
RANKED_DAYS = 28
HARDEST = 5
RECENT = timedelta(days=7)
STALE_AFTER = timedelta(hours=1)


def page() -> None:
    """Now, the last weeks in a picture, the hardest five, the movers."""
    place = choices.header("This week")
    if place is None:
        return
    complete = place.reach.complete_through
    if complete is None:
        st.info(choices.NOT_SCORED)
        return
    now = data.now()
    today = local_date(now, place.timezone)
    last_day = min(place.latest_date, today)
    st.markdown(_tight(place, last_day))
    st.markdown(_open_now(place))
    _through(place)
    days = data.market_days(
        place.market_id, last_day - timedelta(days=DRAWN_DAYS - 1), last_day, place.version
    )
    _changed(place, days, complete)
    _picture(place, days, complete, last_day)
    _hardest(place)
    _movers(place, complete)
    printable.show(
        data.market_facts(place.market_id, complete, place.version),
        source=place.source,
        is_simulated=place.is_simulated,
        file_name=place.file_stem("market-facts", complete),
        key="facts-csv",
    )


def _tight(place: Place, day: date) -> str:
    return findings.tight_finding(data.supply(place.market_id, day, place.version), place.name)


def _open_now(place: Place) -> str:
    return (
        f"{findings.live_finding(data.live_counts(place.market_id), place.name)} "
        "[See them](./live)."
    )


def _through(place: Place) -> None:
    """How far the data reach, and a warning where that is not now."""
    through = place.reach.data_through
    if through is None:
        return
    behind = data.now() - through
    words = f"Data through {formats.instant_words(through, place.timezone)}, {place.name} time."
    if behind > STALE_AFTER:
        st.warning(
            f"{words} Nothing came in for {duration_words(behind.total_seconds())}: what is said "
            "here may not be so any more. [Data health](./health) says why."
        )
    else:
        st.caption(words)


def _changed(place: Place, days: pd.DataFrame, complete: date) -> None:
    """The last whole day, the last week against the one before, and what stood out."""
    whole = days[days["window_date"] <= complete]
    facts = data.market_facts(place.market_id, complete, place.version)
    lines = [findings.day_finding(whole.iloc[-1] if len(whole) else None, place.name, facts)]
    lines += [
        f"{fact.printable}."
        for fact in facts
        if fact.kind == "week_over_week" and fact.printable is not None
    ]
    recent = whole[findings.is_plain_spike(whole) & (whole["window_date"] > complete - RECENT)]
    lines += [
        f"{date_words(row.window_date)} stood out: {number_of(int(row.drops), 'table')} opened, "
        f"about {formats.quantity_words(row.usual)} are usual on that weekday."
        for row in recent.itertuples()
        if row.window_date != complete
    ]
    measured = whole.assign(coverage_rate=measured_coverage(whole))
    unwatched = measured[
        (measured["coverage_rate"].fillna(1.0) < 1) & (measured["window_date"] > complete - RECENT)
    ]
    if len(unwatched):
        worst = unwatched.loc[unwatched["coverage_rate"].idxmin()]
        lines.append(
            f"We did not watch all of {number_of(len(unwatched), 'day')} of the last 7; least on "
            f"{date_words(worst['window_date'])} ({percent_words(worst['coverage_rate'])})."
        )
    st.markdown("\n".join(f"- {parts.place_words(line)}" for line in lines))


def _picture(place: Place, days: pd.DataFrame, complete: date, last: date) -> None:
    # The day that is running is no gap: it is dashed instead.
    is_running = (days["window_date"] > complete).to_numpy()
    drawn = days.assign(
        is_spike=findings.is_plain_spike(days),
        coverage_rate=measured_coverage(days).mask(is_running),
    )
    notes = data.annotations(place.market_id)
    caption = Caption(
        title=findings.days_title(days[days["window_date"] <= complete]),
        subtitle=(
            "Tables that opened each day, in the band of what is usual for the weekday; "
            + ("the day that is not over dashed; " if last > complete else "")
            + f"{formats.window_ending(last, len(days))}."
            + annotation_words(notes, days["window_date"].iloc[0], last)
            + " [More](./market)"
        ),
        source=place.source,
    )
    plain = Caption(
        caption.title, caption.subtitle.removesuffix(" [More](./market)"), caption.source
    )
    unfinished = last if last > complete else None
    stem = place.file_stem("this-week", last)
    parts.figure(
        lambda look, printed: market_days_figure(
            drawn,
            look,
            None if printed is None else plain,
            unfinished=unfinished,
            annotations=notes,
        ),
        caption,
        key="week-days",
        alt=f"{plain.title}. {plain.subtitle}",
        file_name=stem,
        table=days.assign(
            annotation=annotation_texts(notes, days["window_date"]),
            market=place.market_id,
            source=place.source,
        ),
        measure="spikes",
    )


def _hardest(place: Place) -> None:
    as_of = data.usual_date(place.market_id, RANKED_DAYS)
    if as_of is None:
        return
    ranking = data.whole_ranking(place.market_id, as_of, RANKED_DAYS, place.version)
    st.subheader(
        formats.hardest_title(ranking, place.name, is_filtered=False),
        anchor=False,
        help=explain.measure("catchable"),
    )
    st.caption(
        f"The {HARDEST} hardest tables, {formats.window_ending(as_of, RANKED_DAYS)}; brackets hold "
        "95 % intervals. [All of them](./hardest)"
    )
    rows = list(ranking[ranking["rank"].notna()].head(HARDEST).itertuples())
    if not rows:
        return
    st.table(
        pd.DataFrame(
            {
                "Venue": [parts.venue_link(row.venue_id, row.name) for row in rows],
                "Could rank": [
                    formats.rank_interval_words(row.rank_lower, row.rank_upper) for row in rows
                ],
                "Catchable prime tables a week": [
                    f"{formats.quantity_words(row.catchable_per_week)} "
                    f"({formats.interval_words(row.catchable_lower, row.catchable_upper)})"
                    for row in rows
                ],
                "Half are gone after": [formats.typical_open_words(row) for row in rows],
                "Neighborhood": [row.neighborhood or "" for row in rows],
            },
            index=pd.Index([f"{row.rank:.0f}" for row in rows], name="#"),
        )
    )
    parts.footnote(formats.open_time_footnote(rows))
    parts.csv_download(
        pd.DataFrame(
            {
                "rank": [int(row.rank) for row in rows],
                "rank_band_from": [int(row.rank_lower) for row in rows],
                "rank_band_to": [int(row.rank_upper) for row in rows],
                "venue_id": [row.venue_id for row in rows],
                "venue": [row.name for row in rows],
                "catchable_prime_tables_per_week": [row.catchable_per_week for row in rows],
                "catchable_lower_95": [row.catchable_lower for row in rows],
                "catchable_upper_95": [row.catchable_upper for row in rows],
                "typical_open_seconds": [row.typical_open_seconds for row in rows],
                "typical_open_not_printed_because": [
                    insights.open_time_refusal(row) for row in rows
                ],
                "neighborhood": [row.neighborhood for row in rows],
            }
        ).assign(
            market=place.market_id,
            window_days=RANKED_DAYS,
            window_ends_on=as_of,
            source=place.source,
        ),
        file_name=place.file_stem("hardest-five", as_of),
        key="hardest-csv",
    )


def _movers(place: Place, complete: date) -> None:
    trends = data.trends(place.market_id, complete, place.version)
    weeks = int(trends["weeks"].max()) if len(trends) else 0
    caption = Caption(
        title=findings.movers_title(trends),
        subtitle=(
            "Prime tables that can be caught, week by week, as a multiple of the start; in colour: "
            "trends that survive having asked about every venue (false discoveries held at 5 %). "
            + (
                f"{weeks} whole weeks to {date_words(trends['as_of_date'].iloc[0])}; "
                f"{number_of(len(trends), 'venue')}."
                if len(trends)
                else "At least 8 whole weeks are needed."
            )
        ),
        source=place.source,
    )
    parts.figure(
        lambda look, printed: slopes_figure(trends, look, printed, weeks=weeks),
        caption,
        key="movers",
        alt=f"{caption.title}. {caption.subtitle}",
        file_name=place.file_stem("movers", complete),
        table=trends.assign(source=place.source),
        measure="trend",
    )
    certain = trends[trends["label"].notna()]
    if certain.empty:
        return
    st.table(
        pd.DataFrame(
            {
                "Venue": [parts.venue_link(row.venue_id, row.name) for row in certain.itertuples()],
                "It is": certain["label"].tolist(),
                "Tables to catch, each week": [
                    f"{formats.change_words(row.change_per_week)} "
                    f"({formats.change_words(row.lower)} to {formats.change_words(row.upper)})"
                    for row in certain.itertuples()
                ],
                "Tables seen": [f"{row.tables:,}" for row in certain.itertuples()],
            }
        ).set_index("Venue")
    )


page()
