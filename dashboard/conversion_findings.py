"""What the pages on conversion find, in sentences that their numbers support."""

from collections.abc import Sequence

import pandas as pd

from db.insights import Comparison, FunnelRow, FunnelUsers, Kinds, VenueConversion
from metrics.by_users import FEWEST_USERS
from metrics.conversion import TOO_LATE
from metrics.facts import USERS_CANNOT_TELL, Fact
from metrics.multiple import FALSE_DISCOVERY_RATE, adjusted_p_values
from metrics.proportions import Interval
from metrics.wording import (
    count_words,
    date_words,
    duration_words,
    number_of,
    number_words,
    percent_range_words,
    percent_words,
    ratio_words,
)

LOST_WORDS = {
    "never_opened": "were never opened, and their tables were taken meanwhile",
    "opened_too_late": "were opened after their tables had been taken",
    "never_tapped": "were opened in time and never tapped, and their tables were taken meanwhile",
    "tapped_too_late": "were tapped after their tables had been taken",
    "never_confirmed": "were tapped in time and not booked, and their tables were taken meanwhile",
    "still_there": "were for tables that were still there",
}
NO_BREAK = "\u00a0"
FEWEST = 30
"""Below this many settled alerts a finding says only how many there were."""
NOT_TOLD_YET = "Whether saving a venue matters cannot be told yet"
FEWEST_SHARED = 0.1
"""Below this share of the smaller side's users on both sides, the sides are other people."""
CANNOT_TELL_WORDS = f"Without an interval nothing is claimed: {USERS_CANNOT_TELL}."


def funnel_title(total: FunnelRow, users: FunnelUsers) -> str:
    """How many alerts led to a booking."""
    overall = users.overall[-1]
    if overall is None:
        waiting = number_of(total.unsettled, "alert")
        have = "has" if total.unsettled == 1 else "have"
        return f"No alert has settled yet; {waiting} still {have} time"
    if total.sent < FEWEST:
        return (
            f"{count_words(total.booked)} of {number_of(total.sent, 'alert')} led to a booking: "
            "too few to say how many do"
        )
    if users.users < FEWEST_USERS or overall.interval is None:
        return (
            f"{count_words(total.booked)} of {number_of(total.sent, 'alert')} to "
            f"{number_of(users.users, 'user')} led to a booking: too few users to say how many do"
        )
    return (
        f"{percent_words(overall.share, overall.interval)} of alerts led to a booking "
        # A phone's line would end at a dash.
        f"({percent_range_words(overall.interval).replace('–', f'{NO_BREAK}to{NO_BREAK}')})"
    )


def breakdown_title(rows: pd.DataFrame, what: str) -> str:
    """Which groups book more or less often than all others, after having asked about every one.

    rows: of `conversion.rows_of`, without those held back.
    """
    known = rows[rows["sent"] >= FEWEST]
    if len(known) < 2:
        return f"Too few alerts to compare by {what}"
    known = known[known["users"] >= FEWEST_USERS]
    if len(known) < 2:
        return f"Too few users to compare by {what}"
    p_values = adjusted_p_values(
        [None if pd.isna(value) else float(value) for value in known["p_value"]]
    )
    is_clear = [value is not None and value <= FALSE_DISCOVERY_RATE for value in p_values]
    clear = known[is_clear].sort_values("booked_rate", ascending=False)
    if clear.empty:
        return f"No clear difference by {what}"
    # Without a ratio none of the others was booked.
    is_above = [pd.isna(ratio) or ratio > 1 for ratio in clear["ratio_to_others"]]
    parts = []
    for row, words, is_named in (
        (clear.iloc[0], "most", is_above[0]),
        (clear.iloc[-1], "least", not is_above[-1]),
    ):
        if is_named:
            parts.append(f"{words} often for {row['name']} ({percent_words(row['booked_rate'])})")
    return f"By {what}, alerts are booked {', '.join(parts)}"


def losses_title(kinds: dict[str, int], total: FunnelRow) -> str:
    """The most frequent of LOSS_KINDS. Too late came only who did act."""
    losses = sum(kinds.values())
    if not losses:
        return nothing_lost(total)
    kind = max(kinds, key=lambda name: kinds[name])
    share = percent_words(kinds[kind] / losses)
    if kind == "unknown":
        return f"Of {share} of lost alerts it is not known what became of the table"
    late = percent_words(sum(kinds[name] for name in TOO_LATE) / losses)
    return f"{share} of lost alerts {LOST_WORDS[kind]}; to {late} somebody reacted too late"


def nothing_lost(total: FunnelRow) -> str:
    """Why there are no losses to show."""
    return "No settled alert was lost" if total.sent else "No alert has settled yet"


def faster_title(saved: pd.DataFrame, seconds: int) -> str:
    """What being so much faster would have saved."""
    count = int(saved.loc[saved["seconds"] == seconds, "saved"].iloc[0])
    who = number_of(count, "more alert") if count else "no more alerts"
    return f"Faster by {duration_words(seconds)}, {who} would have been in time"


def act_title(medians: dict[str, float | None]) -> str:
    """How long until an alert is opened, and until it is booked."""
    opened, booked = medians.get("opened"), medians.get("booked")
    if opened is None:
        return "Nobody was seen to open an alert"
    title = f"Half of those who open an alert do so within {duration_words(max(opened, 1))}"
    if booked is None:
        return title
    return f"{title}, and half of those who book within {duration_words(max(booked, 1))}"


def cohorts_title(weeks: pd.DataFrame) -> str:
    """The first settled week against the last one, if their intervals are apart."""
    settled = weeks[weeks["is_settled"] & (weeks["sent"] >= FEWEST)]
    if len(settled) < 2:
        return "Too few settled weeks to see a trend"
    settled = settled[settled["users"] >= FEWEST_USERS]
    if len(settled) < 2:
        return "Too few users a week to see a trend"
    first, last = settled.iloc[0], settled.iloc[-1]
    span = f"since the week of {date_words(first['week_date'])}"
    if last["lower"] > first["upper"]:
        how = "Alerts lead to bookings more often than they did"
    elif last["upper"] < first["lower"]:
        how = "Alerts lead to bookings less often than they did"
    else:
        return f"No change in conversion can be told {span}"
    return (
        f"{how}: {percent_words(last['booked_rate'])} in the last settled week, "
        f"{percent_words(first['booked_rate'])} in the week of {date_words(first['week_date'])}"
    )


def venues_title(venues: Sequence[VenueConversion]) -> str:
    """Venues whose alerts convert unlike all others', after having asked about every one."""
    clear = {
        venue.name: venue.against_others.ratio
        for venue in venues
        if is_apart(venue)
        and venue.against_others is not None
        and venue.against_others.ratio is not None
    }
    if not clear:
        return "No venue's alerts convert clearly unlike those of all others"
    best = max(clear, key=lambda name: clear[name])
    if clear[best] > 1:
        title = (
            f"Alerts for {best} lead to bookings {ratio_words(clear[best])} as often as all others"
        )
        if len(clear) == 1:
            return title
        stand = "stands" if len(clear) == 2 else "stand"
        return f"{title}; {number_of(len(clear) - 1, 'more venue')} {stand} out"
    words = number_of(len(clear), "venue")
    convert = "converts" if len(clear) == 1 else "convert"
    return f"{words[:1].upper()}{words[1:]} {convert} clearly less often than all others"


def is_apart(venue: VenueConversion) -> bool:
    """Whether the venue differs from all others after having asked about every one."""
    return (
        venue.adjusted_p_value is not None
        and venue.adjusted_p_value <= FALSE_DISCOVERY_RATE
        and venue.against_others is not None
        and not venue.against_others.is_small
    )


def kinds_title(found: Kinds | None, what: str) -> str:
    """Which variant, or channel (`what`), works better, as far as can be told."""
    if found is None:
        return f"No alert names a {what}"
    if not found.compared:
        return f"All alerts had {what} {found.reference}: nothing to compare it with"
    clear = {
        each.name: each
        for each in found.compared
        if each.adjusted_p_value is not None
        and each.adjusted_p_value <= FALSE_DISCOVERY_RATE
        and each.adjusted is not None
        and each.crude is not None
        and not each.crude.is_small
    }
    if not clear:
        return f"No {what} does clearly better or worse than {found.reference}"
    name = max(clear, key=lambda one: abs(_adjusted_ratio(clear[one]) - 1))
    ratio = number_words(_adjusted_ratio(clear[name]), _adjusted_interval(clear[name]))
    if what == "variant":
        return f"Variant {name} leads to bookings {ratio} times as often as {found.reference}"
    people = ", to other people," if has_other_people(clear[name]) else ""
    return (
        f"Alerts by {name}{people} lead to bookings {ratio} times as often as by {found.reference}"
    )


def _adjusted_ratio(found: Comparison) -> float:
    assert found.adjusted is not None
    return found.adjusted.share_ratio


def _adjusted_interval(found: Comparison) -> Interval | None:
    assert found.adjusted is not None
    return found.adjusted.share_ratio_interval


def has_other_people(found: Comparison) -> bool:
    """Whether (almost) nobody got alerts of both kinds, so that what sets them apart may be the
    people."""
    return found.shared_users < max(FEWEST_USERS, FEWEST_SHARED * min(found.users))


def other_people_words(found: Comparison, reference: str) -> str | None:
    """The warning for such a pair."""
    if not has_other_people(found):
        return None
    shared = number_of(found.shared_users, "user") if found.shared_users else "no user"
    return (
        f"{found.name} and {reference} share {shared} ({count_words(found.users[0])} and "
        f"{count_words(found.users[1])} have one): what sets them apart may be the people and not "
        "the channel."
    )


def users_cannot_tell(found: Comparison) -> bool:
    """Whether a ratio like with like has no interval, because it hangs on one user."""
    return found.adjusted is not None and found.adjusted.share_ratio_interval is None


def saved_title(fact: Fact) -> str:
    """The sentence that may be printed, or why none may."""
    if fact.printable is not None:
        return fact.printable
    return NOT_TOLD_YET


def disagreement_words(found: Comparison) -> str | None:
    """A plain warning where crude and adjusted ratio tell different stories."""
    if not found.disagrees or found.adjusted is None or found.crude is None:
        return None
    crude = "infinity" if found.crude.ratio is None else number_words(found.crude.ratio)
    return (
        f"Crude and adjusted disagree ({crude} against {number_words(found.adjusted.share_ratio)} "
        f"times): saved venues differ from the others in where and when they have tables. Print "
        "the adjusted one, if any."
    )
