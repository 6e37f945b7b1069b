"""Editors' lists held against our own ranking, for the page Hardest tables."""

from dataclasses import dataclass
from functools import cached_property

import pandas as pd
import pyarrow as pa
import streamlit as st

from dashboard import explain, parts
from metrics.list_agreement import ListAgreement, list_agreement
from metrics.wording import list_words, number_of

NAMED = 4


@dataclass(frozen=True)
class Comparison:
    """Editors' lists against the ranking: what was found of each by its name, the table of it, and
    the ranked venues (rows of `insights.ranking`)."""

    found: dict[str, ListAgreement]
    table: pd.DataFrame
    ranked: pd.DataFrame

    @cached_property
    def sendable(self) -> pa.Table:
        """The table as it is shown."""
        return parts.sendable(self.table.set_index("List"))


def show(
    comparison: Comparison, chosen: str | None, *, window: str, source: str, stem: str
) -> None:
    """Each list with how many of its venues are as hard as it says; names for the chosen one."""
    if not comparison.found:
        return
    st.subheader(
        title(comparison.found, chosen), anchor=False, help=explain.measure("list_agreement")
    )
    st.caption(
        "Each list against as many of the market's hardest, as far as the rank bands tell. "
        f"Ranks by catchable prime tables a week, {window}, all of the market."
    )
    if chosen in comparison.found:
        st.markdown(_names(comparison.ranked, comparison.found[chosen], chosen))
    st.table(comparison.sendable, hide_index=False, alt="Editors' lists against the ranking")
    parts.csv_download(
        lambda: comparison.table.assign(source=source), file_name=stem, key="lists-csv"
    )


def compare(ranked: pd.DataFrame) -> Comparison:
    """Every list held against the ranked venues; lists without a ranked venue are left out."""
    names = sorted({name for on in ranked["lists"] for name in on})
    asked = {
        name: list_agreement(
            [name in on for on in ranked["lists"]], ranked["rank_lower"], ranked["rank_upper"]
        )
        for name in names
    }
    found = {name: of_list for name, of_list in asked.items() if of_list is not None}
    table = pd.DataFrame(
        {
            "List": list(found),
            "Ranked venues": [of_list.size for of_list in found.values()],
            "Surely that hard": [of_list.surely_in for of_list in found.values()],
            "Could be": [of_list.could_be for of_list in found.values()],
            "Surely easier": [of_list.surely_out for of_list in found.values()],
            "Harder, not on it": [of_list.missing for of_list in found.values()],
        }
    )
    return Comparison(found, table, ranked)


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
