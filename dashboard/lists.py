"""Editors' lists held against our own ranking, for the page Hardest tables."""

import pandas as pd
import streamlit as st

from dashboard import explain, parts
from metrics.list_agreement import ListAgreement, list_agreement
from metrics.wording import list_words, number_of

NAMED = 4


def show(
    ranking: pd.DataFrame,
    compared: dict[str, ListAgreement],
    chosen: str | None,
    *,
    window: str,
    source: str,
    stem: str,
) -> None:
    """Each list with how many of its venues are as hard as it says; names for the chosen one.

    ranking: the whole market's, as of `insights.ranking`. compared: the `agreements` of its ranked
    venues.
    """
    if not compared:
        return
    st.subheader(title(compared, chosen), anchor=False, help=explain.measure("list_agreement"))
    st.caption(
        "Each list against as many of the market's hardest, as far as the rank bands tell. "
        f"Ranks by catchable prime tables a week, {window}, all of the market."
    )
    if chosen in compared:
        st.markdown(_names(ranking[ranking["rank"].notna()], compared[chosen], chosen))
    shown = pd.DataFrame(
        {
            "List": list(compared),
            "Ranked venues": [found.size for found in compared.values()],
            "Surely that hard": [found.surely_in for found in compared.values()],
            "Could be": [found.could_be for found in compared.values()],
            "Surely easier": [found.surely_out for found in compared.values()],
            "Harder, not on it": [found.missing for found in compared.values()],
        }
    )
    st.table(shown.set_index("List"), alt="Editors' lists against the ranking")
    parts.csv_download(shown.assign(source=source), file_name=stem, key="lists-csv")


def agreements(ranked: pd.DataFrame) -> dict[str, ListAgreement]:
    """Every list's comparison, by its name; lists without a ranked venue are left out."""
    names = sorted({name for on in ranked["lists"] for name in on})
    found = {
        name: list_agreement(
            [name in on for on in ranked["lists"]], ranked["rank_lower"], ranked["rank_upper"]
        )
        for name in names
    }
    return {name: of_list for name, of_list in found.items() if of_list is not None}


def title(compared: dict[str, ListAgreement], chosen: str | None) -> str:
    """What the comparison finds of the chosen list, or of all of them."""
    if chosen in compared:
        found = compared[chosen]
        counts = (
            (found.surely_in, "surely are"),
            (found.could_be, "could be"),
            (found.surely_out, "surely are not"),
        )
        said = list_words([f"{count} {words}" for count, words in counts if count])
        return (
            f"Of {number_of(found.size, 'venue')} on “{chosen}” {said} among the market's "
            f"{found.size} hardest"
        )
    easier = [f"“{name}”" for name, found in compared.items() if found.surely_out]
    if not easier:
        return "No editors’ list names a venue that is surely easier than it says"
    verb = "names" if len(easier) == 1 else "name"
    return f"{list_words(easier)} {verb} venues that are surely easier than as many others"


def _names(ranked: pd.DataFrame, found: ListAgreement, chosen: str) -> str:
    """Who is on the list and easier, and who is harder and not on it."""
    lines = []
    for mask, words in (
        (found.is_out, f"on “{chosen}”, but surely not among the {found.size} hardest"),
        (found.is_missing, f"not on “{chosen}”, but surely among the {found.size} hardest"),
    ):
        some = ranked[mask]
        links = [parts.venue_link(row.venue_id, row.name) for row in some.head(NAMED).itertuples()]
        if len(some) > NAMED:
            links.append(f"{len(some) - NAMED} more")
        lines.append(f"- {list_words(links) if links else 'None'}: {words}.")
    return "\n".join(lines)
