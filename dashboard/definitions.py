"""Page: how each number is made, in the words of the formulas' own docstrings."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard import formats, parts
from metrics.definitions import CHAPTERS, Definition, definition_of
from metrics.version import FORMULA_VERSION
from metrics.wording import number_of


def page() -> None:
    """What is defined, then each definition under an anchor of its own."""
    parts.page_header("Definitions", is_simulated=False)
    chapters = [(title, [definition_of(name) for name in names]) for title, names in CHAPTERS]
    everything = [definition for _, definitions in chapters for definition in definitions]
    st.markdown(
        f"Every number on these pages comes from one of {number_of(len(everything), 'formula')}, "
        "each with its unit, its range and what it says when there is nothing to say. They are "
        f"formula version {FORMULA_VERSION}; a number that moves because a formula did moves with "
        "that version."
    )
    asked = st.text_input(
        "Find a measure",
        key="q",
        bind="query-params",
        placeholder="scarcity, interval, spike …",
        width=320,
    )
    found = holding_most(everything, asked)
    if not found:
        st.info(f"No definition holds “{asked}”. Try one word of it, or empty the field.")
        return
    if len(found) < len(everything):
        st.caption(f"{number_of(len(found), 'definition').capitalize()} with “{asked.strip()}”.")
    for title, definitions in chapters:
        chosen = [definition for definition in definitions if definition in found]
        if chosen:
            st.markdown(f"**{title}** " + " · ".join(map(_link, chosen)))
    parts.csv_download(_export(found), file_name="definitions", key="definitions-csv")
    for definition in found:
        _show(definition)


def holding_most(definitions: Sequence[Definition], asked: str) -> list[Definition]:
    """The definitions whose name, summary and formula hold the most of the words asked for: all of
    them, or of a question those it has in common with them. All definitions where nothing is asked,
    none where none holds a word."""
    words = {word.strip(".,;:?!“”\"'") for word in asked.casefold().split()}
    held = [sum(word in text for word in words) for text in map(_text, definitions)]
    most = max(held)
    return [
        definition
        for definition, count in zip(definitions, held, strict=True)
        if count == most and (count or not words)
    ]


def _text(definition: Definition) -> str:
    words = (definition.module, definition.name, definition.summary, definition.formula)
    return " ".join(words).casefold()


def _link(definition: Definition) -> str:
    return f"[{definition.name}](#{definition.module})"


def _show(definition: Definition) -> None:
    st.subheader(definition.name, anchor=definition.module)
    summary = formats.as_markdown(definition.summary)
    st.markdown(f"*{summary[:1].upper()}{summary[1:]}*")
    st.markdown(formats.as_markdown(definition.formula))
    st.markdown(
        "\n".join(
            f"- **{label}:** {formats.as_markdown(words)}"
            for label, words in (
                ("Unit", definition.unit),
                ("Range", definition.range),
                ("Without data", definition.empty_case),
                ("Source", definition.source),
            )
        )
    )
    with st.expander("Worked example"):
        if definition.example:
            st.markdown(formats.as_markdown(definition.example))
        st.code(definition.code, language="python")
        st.caption(f"It is run with every test. The formula is in metrics/{definition.module}.py.")


def _export(definitions: list[Definition]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "measure": definition.name,
                "summary": definition.summary,
                "formula": definition.formula,
                "unit": definition.unit,
                "range": definition.range,
                "without_data": definition.empty_case,
                "source": definition.source,
                "code": f"metrics/{definition.module}.py",
                "formula_version": FORMULA_VERSION,
            }
            for definition in definitions
        ]
    )


page()
