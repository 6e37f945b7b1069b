"""Page: what converts. Saved or not, venues, channels, messages, tiers, timing."""

import pandas as pd
import streamlit as st

from charts.look import Caption
from charts.shares import shares_figure
from dashboard import choices, compared, conversion, formats, pictures
from dashboard import conversion_findings as findings
from dashboard.conversion import BREAKDOWNS, Asked
from db.insights import VenueConversion
from metrics.wording import number_of, rank_band_words

MOST_VENUES = 30
TIMES = ("weekday", "hour", "daypart")
BY_SPEED = ": whoever opens fast may be keener, and tables differ"


def page() -> None:
    """Saved or not first: it is what readers are told most often."""
    asked = conversion.header("What converts")
    if asked is None:
        return
    compared.saved_or_not(asked)
    _venues(asked)
    compared.kinds(asked, "channel")
    compared.kinds(asked, "message_variant")
    _shares(asked, "time_to_open", "conversion-speed", BY_SPEED)
    _shares(asked, "tier", "conversion-tier")
    choices.say_not_offered("timing", TIMES, "timings")
    by = st.segmented_control(
        "Timing by",
        TIMES,
        default="weekday",
        required=True,
        key="timing",
        bind="query-params",
    )
    _shares(asked, by, "conversion-timing")


def _venues(asked: Asked) -> None:
    venues = conversion.venues(asked)
    if not venues:
        return
    table = pd.DataFrame([_venue_row(venue) for venue in venues])
    is_suppressed = table["venue_id"].isin(conversion.held_back(asked, "venue"))
    shown = conversion.emptied(table, is_suppressed, kept=["venue_id", "name"])
    ranked = table[~is_suppressed].head(MOST_VENUES)
    settled = int(table["sent"].sum())
    caption = Caption(
        title=findings.venues_title(conversion.shown_venues(asked)),
        subtitle=(
            f"Share of settled alerts booked {asked.window_words}, drawn towards the average where "
            "alerts, or users, are few (the open dot is the venue's own share), with 95 % "
            "interval, users as the unit; at the right the rank with its joint band. n = "
            f"{number_of(settled, 'settled alert')}. {asked.days_words}."
        ),
        source=asked.source,
    )
    drawn = ranked.assign(
        share=ranked["shrunken_rate"].fillna(ranked["booked_rate"]),
        lower=ranked["shrunken_lower"].fillna(ranked["lower"]),
        upper=ranked["shrunken_upper"].fillna(ranked["upper"]),
        own=ranked["booked_rate"],
        words=[
            f"{conversion.rate_text(row.booked_rate, row.lower, row.upper)} of "
            f"{conversion.alerts_words(int(row.sent), int(row.users))} booked"
            for row in ranked.itertuples()
        ],
        note=[
            ""
            if pd.isna(row.rank)
            else rank_band_words(int(row.rank), int(row.rank_best), int(row.rank_worst))
            for row in ranked.itertuples()
        ],
    )
    pictures.figure(
        lambda look, printed: shares_figure(
            drawn,
            look,
            printed,
            overall=table["booked"].sum() / settled,
            unit="of alerts booked",
            empty=conversion.nothing_drawn(table),
        ),
        caption,
        key="venues",
        file_name=asked.file_stem("venues"),
        table=asked.signed(shown),
    )
    st.caption(
        "Against all others: how many times as often as all other venues together. The last column "
        "says which of these survive having asked about every venue (Benjamini–Hochberg, 5 %)."
        + (
            f" {findings.CANNOT_TELL_WORDS}"
            if (shown["ratio_to_others"].notna() & shown["ratio_lower"].isna()).any()
            else ""
        )
    )
    conversion.table(
        pd.DataFrame(
            {
                "Venue": shown["name"],
                "Rank": [
                    "not shown"
                    if row.is_suppressed or pd.isna(row.rank)
                    else rank_band_words(int(row.rank), int(row.rank_best), int(row.rank_worst))
                    for row in shown.itertuples()
                ],
                "Alerts": [conversion.count_text(count) for count in shown["sent"]],
                "Users": [conversion.count_text(count) for count in shown["users"]],
                "Booked": [conversion.count_text(count) for count in shown["booked"]],
                "Own share": [
                    conversion.rate_text(
                        row.booked_rate, row.lower, row.upper, is_held_back=row.is_suppressed
                    )
                    for row in shown.itertuples()
                ],
                "Against all others": [
                    formats.ratio_text(row.ratio_to_others) for row in shown.itertuples()
                ],
                "95 % interval": [
                    formats.interval_words(row.ratio_lower, row.ratio_upper)
                    for row in shown.itertuples()
                ],
                "Clearly apart": [
                    "" if row.is_suppressed else "yes" if row.is_apart else "no"
                    for row in shown.itertuples()
                ],
            }
        ),
        key="venue-rows",
        alt="Venues by conversion, highest first",
    )
    if is_suppressed.any():
        st.caption(conversion.HELD_BACK_WORDS)


def _shares(asked: Asked, by: str, key: str, caveat: str = "") -> None:
    found = conversion.funnel(asked, by)
    rows = conversion.rows_of(asked, by, {})
    if rows.empty:
        return
    shown = conversion.exported(rows, kept=["name"])
    open_rows = rows[~shown["is_suppressed"]]
    drawn = conversion.drawn_shares(open_rows)
    overall = found.total.steps[-1].overall
    caption = Caption(
        title=findings.breakdown_title(open_rows, BREAKDOWNS[by]),
        subtitle=(
            f"Share of settled alerts booked {asked.window_words}, by {BREAKDOWNS[by]}, with "
            f"95 % interval, users as the unit; not compared like with like{caveat}. "
            f"{conversion.n_words(asked, found.total)}"
        ),
        source=asked.source,
    )
    pictures.figure(
        lambda look, printed: shares_figure(
            drawn,
            look,
            printed,
            overall=None if overall is None else overall.share,
            unit="of alerts booked",
            empty=conversion.nothing_drawn(rows),
        ),
        caption,
        key=key,
        file_name=asked.file_stem(f"drivers-{by}"),
        table=asked.signed(shown),
    )
    conversion.table(
        pd.DataFrame(
            {
                BREAKDOWNS[by].capitalize(): shown["name"],
                "Alerts": [conversion.count_text(count) for count in shown["sent"]],
                "Users": [conversion.count_text(count) for count in shown["users"]],
                "Booked": [conversion.count_text(count) for count in shown["booked"]],
                "Of all sent": [
                    conversion.rate_text(
                        row.booked_rate, row.lower, row.upper, is_held_back=row.is_suppressed
                    )
                    for row in shown.itertuples()
                ],
            }
        ),
        key=f"{key}-rows",
        alt=caption.title,
    )
    if shown["is_suppressed"].any():
        st.caption(conversion.HELD_BACK_WORDS)


def _venue_row(venue: VenueConversion) -> dict[str, object]:
    ratio = venue.against_others
    interval = None if ratio is None else ratio.interval
    return {
        "venue_id": venue.venue_id,
        "name": venue.name,
        "rank": None if venue.band is None else venue.band.rank,
        "rank_best": None if venue.band is None else venue.band.best,
        "rank_worst": None if venue.band is None else venue.band.worst,
        "sent": venue.own.trials,
        "booked": venue.own.successes,
        "users": venue.own.users,
        **conversion.share_columns(venue.own, "booked_rate"),
        "shrunken_rate": None if venue.shrunken is None else venue.shrunken.share,
        "shrunken_lower": None if venue.shrunken is None else venue.shrunken.lower,
        "shrunken_upper": None if venue.shrunken is None else venue.shrunken.upper,
        "ratio_to_others": None if ratio is None else ratio.ratio,
        "ratio_lower": None if interval is None else interval[0],
        "ratio_upper": None if interval is None else interval[1],
        "adjusted_p_value": venue.adjusted_p_value,
        "is_apart": findings.is_apart(venue),
    }


page()
