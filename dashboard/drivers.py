"""Page: what converts. Saved or not, venues, messages, tiers, timing."""

from dataclasses import replace
from datetime import timedelta

import pandas as pd
import streamlit as st

from charts.look import Caption
from dashboard import conversion, formats, parts
from dashboard import conversion_findings as findings
from dashboard.conversion import BREAKDOWNS, Asked
from dashboard.figures import forest_figure, shares_figure
from db import insights
from db.insights import Comparison, VenueConversion
from metrics.by_users import ShareByUsers
from metrics.proportions import ShareRatio
from metrics.wording import count_words, number_of, number_words, rank_band_words

MOST_VENUES = 30
TIMES = ("weekday", "hour", "daypart")
UNIT = "times as often"


def page() -> None:
    """Saved or not first: it is what readers are told most often."""
    asked = conversion.header("What converts")
    if asked is None:
        return
    _saved(asked)
    _venues(asked)
    _variants(asked)
    _shares(asked, "tier", "conversion-tier")
    by = st.segmented_control(
        "Timing by",
        TIMES,
        default="weekday",
        required=True,
        key="timing",
        bind="query-params",
    )
    _shares(asked, by, "conversion-timing")


def _saved(asked: Asked) -> None:
    found = conversion.saved_or_not(asked)
    first = asked.last - timedelta(days=asked.days - 1)
    fact = insights.saved_fact(found, first, asked.last, "/drivers")
    keys = ("true", "false")
    held = conversion.held_back(asked, "goal_match")
    is_held = not held.isdisjoint(keys)
    rows = _forest_rows("all alerts together", found.crude) + _adjusted_rows(
        "like with like", found
    )
    table = pd.DataFrame([] if is_held else rows, columns=list(_FOREST))
    n = (
        conversion.n_words(asked, conversion.funnel(asked).total)
        if is_held
        else f"n = {number_of(found.alerts, 'settled alert')} to {count_words(found.users[0])} and "
        f"{number_of(found.users[1], 'user')}. {asked.days_words}."
    )
    caption = Caption(
        title=findings.NOT_TOLD_YET if is_held else findings.saved_title(fact),
        subtitle=(
            f"How many times as often alerts for saved venues are booked {asked.window_words} as "
            "those for others: all together, and within the same venue and daypart "
            f"(Mantel–Haenszel); 95 % intervals with users as the unit. {n}"
        ),
        source=asked.source,
    )
    parts.figure(
        lambda look, printed: forest_figure(table, look, printed, unit=UNIT),
        caption,
        key="saved",
        alt=f"{caption.title}. {caption.subtitle}",
        file_name=asked.file_stem("saved-or-not"),
        table=asked.signed(
            _exported_sides(
                table, [("saved", found.first), ("not saved", found.second)], is_held=is_held
            )
        ),
    )
    warning = findings.disagreement_words(found)
    if warning is not None and not is_held:
        st.warning(warning)
    if is_held:
        st.caption(conversion.HELD_BACK_WORDS)
    elif fact.printable is not None:
        with st.container(key="saved-facts"):
            st.code(
                f"{fact.printable}.\n{fact.source_line} · {asked.source}",
                language=None,
                wrap_lines=True,
            )
    else:
        st.caption(f"Not to be printed: {fact.reason}.")
    st.table(
        pd.DataFrame(
            {
                "Alerts": [_trials(side) for side in (found.first, found.second)],
                "Booked": [_share(side) for side in (found.first, found.second)],
                "Users": [count_words(users) for users in found.users],
            },
            index=["saved", "not saved"],
        ).mask(
            pd.Series([key in held for key in keys], index=["saved", "not saved"]),
            conversion.HELD_BACK,
        )
    )


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
            "alerts are few (the open dot is the venue's own share), with 95 % interval; at the "
            f"right the rank with its joint band. n = {number_of(settled, 'settled alert')}. "
            f"{asked.days_words}."
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
    parts.figure(
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
        alt=f"{caption.title}. {caption.subtitle}",
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


def _variants(asked: Asked) -> None:
    found = conversion.variants(asked)
    if found is None:
        st.subheader(findings.variants_title(None), anchor=False)
        return
    held = conversion.held_back(asked, "message_variant")
    is_held = not held.isdisjoint(found.shares)
    compared = [each for each in found.compared if held.isdisjoint({each.name, found.reference})]
    rows = [row for each in compared for row in _adjusted_rows(f"variant {each.name}", each)]
    alerts = sum(share.trials for share in found.shares.values())
    n = (
        conversion.n_words(asked, conversion.funnel(asked).total)
        if is_held
        else f"n = {number_of(alerts, 'settled alert')}. {asked.days_words}."
    )
    caption = Caption(
        title=(
            findings.TOO_FEW_VARIANTS
            if found.compared and not compared
            else findings.variants_title(replace(found, compared=tuple(compared)))
        ),
        subtitle=(
            f"How many times as often each variant is booked {asked.window_words} as "
            f"{found.reference}, within the same venue and daypart (Mantel–Haenszel), with "
            f"95 % interval, users as the unit. {n}"
        ),
        source=asked.source,
    )
    table = pd.DataFrame(rows, columns=list(_FOREST))
    parts.figure(
        lambda look, printed: forest_figure(table, look, printed, unit=UNIT),
        caption,
        key="variants",
        alt=f"{caption.title}. {caption.subtitle}",
        file_name=asked.file_stem("variants"),
        table=asked.signed(_exported_sides(table, list(found.shares.items()), is_held=is_held)),
    )
    if any(findings.users_cannot_tell(each) for each in compared):
        st.caption(findings.CANNOT_TELL_WORDS)
    if is_held:
        st.caption(conversion.HELD_BACK_WORDS)
    tested = {each.name: each for each in compared}
    st.table(
        pd.DataFrame(
            {
                "Alerts": [_trials(share) for share in found.shares.values()],
                "Booked": [_share(share) for share in found.shares.values()],
                f"Against {found.reference}": [
                    _ratio_words(tested.get(name)) for name in found.shares
                ],
                "p, all asked": [_p_words(tested.get(name)) for name in found.shares],
            },
            index=[f"variant {name}" for name in found.shares],
        ).mask(
            pd.Series(
                [name in held for name in found.shares],
                index=[f"variant {name}" for name in found.shares],
            ),
            conversion.HELD_BACK,
        )
    )


def _shares(asked: Asked, by: str, key: str) -> None:
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
            "95 % interval, users as the unit; not compared like with like. "
            f"{conversion.n_words(asked, found.total)}"
        ),
        source=asked.source,
    )
    parts.figure(
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
        alt=f"{caption.title}. {caption.subtitle}",
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


_FOREST = ("name", "ratio", "lower", "upper", "is_subject")


def _forest_rows(name: str, crude: ShareRatio | None) -> list[dict[str, object]]:
    interval = None if crude is None else crude.interval
    return [
        {
            "name": name,
            "ratio": None if crude is None else crude.ratio,
            "lower": None if interval is None else interval[0],
            "upper": None if interval is None else interval[1],
            "is_subject": False,
        }
    ]


def _adjusted_rows(name: str, found: Comparison) -> list[dict[str, object]]:
    adjusted = found.adjusted
    interval = None if adjusted is None else adjusted.share_ratio_interval
    return [
        {
            "name": name,
            "ratio": None if adjusted is None else adjusted.share_ratio,
            "lower": None if interval is None else interval[0],
            "upper": None if interval is None else interval[1],
            "is_subject": True,
        }
    ]


def _exported_sides(
    ratios: pd.DataFrame, sides: list[tuple[str, ShareByUsers | None]], *, is_held: bool
) -> pd.DataFrame:
    """Ratios and shares in one file, unless a side is held back wherever it is shown."""
    if is_held:
        return pd.DataFrame({"name": [name for name, _ in sides]}).assign(is_suppressed=True)
    shares = pd.DataFrame(
        [
            {
                "name": name,
                "alerts": side.trials,
                "booked": side.successes,
                "users": side.users,
                **conversion.share_columns(side, "share"),
                "measure": "share of alerts booked",
            }
            for name, side in sides
            if side is not None
        ]
    )
    return pd.concat(
        [ratios.drop(columns="is_subject").assign(measure=UNIT), shares], ignore_index=True
    )


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


def _trials(side: ShareByUsers | None) -> str:
    return "none" if side is None else count_words(side.trials)


def _share(side: ShareByUsers | None) -> str:
    if side is None:
        return formats.UNKNOWN
    rate = conversion.rate_text(side.share, *(side.interval or (None, None)))
    return f"{count_words(side.successes)}, {rate}"


def _ratio_words(found: Comparison | None) -> str:
    if found is None:
        return ""
    if found.adjusted is None or found.adjusted.share_ratio_interval is None:
        return formats.UNKNOWN
    interval = found.adjusted.share_ratio_interval
    ratio = number_words(found.adjusted.share_ratio, interval)
    return f"{ratio} times ({formats.interval_words(*interval)})"


def _p_words(found: Comparison | None) -> str:
    if found is None or found.adjusted_p_value is None:
        return ""
    p_value = found.adjusted_p_value
    return "below 0.001" if p_value < 0.001 else f"{p_value:.2g}"


page()
