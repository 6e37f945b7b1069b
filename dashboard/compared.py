"""Sides of a comparison held against one another: saved or not, channels, variants.

Each with the crude ratio beside the one like with like, users as the unit.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Literal

import pandas as pd
import streamlit as st

from charts.forest import forest_figure
from charts.look import Caption
from dashboard import conversion, copyable, formats, pictures, printable
from dashboard import conversion_findings as findings
from dashboard.conversion import BREAKDOWNS, Asked
from db import insights
from db.insights import Comparison
from metrics.by_users import ShareByUsers
from metrics.wording import count_words, number_of, number_words

UNIT = "times as often"


def saved_or_not(asked: Asked) -> None:
    """Alerts for saved venues against others: what readers are told most often."""
    found = conversion.saved_or_not(asked)
    first = asked.last - timedelta(days=asked.days - 1)
    fact = insights.saved_fact(found, first, asked.last, "/drivers")
    keys = ("true", "false")
    held = conversion.held_back(asked, "goal_match")
    is_held = not held.isdisjoint(keys)
    rows = _forest_rows("all alerts together", "like with like", found)
    table = pd.DataFrame([] if is_held else rows, columns=list(_FOREST))
    n = _n_of_some(asked, found.alerts, "say whether the venue was saved", is_held=is_held)
    caption = Caption(
        title=findings.NOT_TOLD_YET if is_held else findings.saved_title(fact),
        subtitle=(
            f"How many times as often alerts for saved venues are booked {asked.window_words} as "
            "those for others: all together, and within the same venue and daypart "
            f"(Mantel–Haenszel); 95 % intervals with users as the unit. {n}"
        ),
        source=asked.source,
    )
    pictures.figure(
        lambda look, printed: forest_figure(table, look, printed, unit=UNIT),
        caption,
        key="saved",
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
        copyable.sentences(
            [
                (
                    f"{fact.printable}. ({fact.source_line} · {asked.source})",
                    printable.evidence(fact),
                )
            ],
            key="saved-facts",
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


def kinds(asked: Asked, by: Literal["message_variant", "channel"]) -> None:
    """Variants, or channels, against the most frequent one: all together and like with like."""
    what = BREAKDOWNS[by]
    found = conversion.kinds(asked, by)
    if found is None:
        st.subheader(findings.kinds_title(None, what), anchor=False)
        return
    held = conversion.held_back(asked, by)
    is_held = not held.isdisjoint(found.shares)
    compared = [each for each in found.compared if held.isdisjoint({each.name, found.reference})]
    rows = [
        row
        for each in compared
        for row in _forest_rows(f"{each.name}, all together", f"{each.name}, like with like", each)
    ]
    caption = Caption(
        title=(
            f"Too few alerts to compare {what}s"
            if found.compared and not compared
            else findings.kinds_title(replace(found, compared=tuple(compared)), what)
        ),
        subtitle=(
            f"How many times as often each {what} is booked {asked.window_words} as "
            f"{found.reference}: all together, and within the same venue and daypart "
            f"(Mantel–Haenszel); 95 % intervals with users as the unit. "
            f"{_n_of_some(asked, found.alerts, f'name a {what}', is_held=is_held)}"
        ),
        source=asked.source,
    )
    table = pd.DataFrame(rows, columns=list(_FOREST))
    pictures.figure(
        lambda look, printed: forest_figure(table, look, printed, unit=UNIT),
        caption,
        key=f"{what}s",
        file_name=asked.file_stem(f"{what}s"),
        table=asked.signed(_exported_sides(table, list(found.shares.items()), is_held=is_held)),
    )
    if by == "channel":
        for each in compared:
            warning = findings.other_people_words(each, found.reference)
            if warning is not None:
                st.warning(warning)
    if any(findings.users_cannot_tell(each) for each in compared):
        st.caption(findings.CANNOT_TELL_WORDS)
    if is_held:
        st.caption(conversion.HELD_BACK_WORDS)
    tested = {each.name: each for each in compared}
    names = [f"{what} {name}" for name in found.shares]
    st.table(
        pd.DataFrame(
            {
                "Alerts": [_trials(share) for share in found.shares.values()],
                "Users": [count_words(share.users) for share in found.shares.values()],
                "Booked": [_share(share) for share in found.shares.values()],
                f"Like with like against {found.reference}": [
                    _ratio_words(tested.get(name)) for name in found.shares
                ],
                "p, all asked": [_p_words(tested.get(name)) for name in found.shares],
            },
            index=names,
        ).mask(
            pd.Series([name in held for name in found.shares], index=names),
            conversion.HELD_BACK,
        )
    )


def _n_of_some(asked: Asked, alerts: int, said: str, *, is_held: bool) -> str:
    """How many alerts a comparison rests on, and how many are in none of its sides, for want of
    what they would have to say; of all alerts, where a side is held back."""
    total = conversion.funnel(asked).total
    if is_held:
        return conversion.n_words(asked, total)
    left = total.sent - alerts
    do = "does" if left == 1 else "do"
    rest = f"; {count_words(left)} more {do} not {said} and are left out" if left else ""
    return f"n = {number_of(alerts, 'settled alert')}{rest}. {asked.days_words}."


_FOREST = ("name", "ratio", "lower", "upper", "is_subject")


def _forest_rows(crude_name: str, adjusted_name: str, found: Comparison) -> list[dict[str, object]]:
    crude, adjusted = found.crude, found.adjusted
    crude_told = (None, None) if crude is None else (crude.ratio, crude.interval)
    adjusted_told = (
        (None, None) if adjusted is None else (adjusted.share_ratio, adjusted.share_ratio_interval)
    )
    return [
        {
            "name": name,
            "ratio": ratio,
            "lower": None if interval is None else interval[0],
            "upper": None if interval is None else interval[1],
            "is_subject": is_subject,
        }
        for name, (ratio, interval), is_subject in (
            (crude_name, crude_told, False),
            (adjusted_name, adjusted_told, True),
        )
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
