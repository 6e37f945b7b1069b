"""Page: the weekly digest. Read an edition, keep and reword its items, take it away."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd
import streamlit as st

import editions
from charts.edition import edition_figures
from charts.edition_files import zip_file
from dashboard import access, choices, data, parts
from dashboard.choices import Place
from db.digests import LONGEST_NOTE, Edition
from editions import Choice, Printed, as_markdown
from editions.view import view
from metrics.calendar import iso_week_of, local_date
from metrics.wording import window_words
from settings import Role

AUDIENCES = ("public", "internal")
RELATIVE_LINKS = (
    "Links in these texts and files begin with “/” and lead nowhere once they stand elsewhere. Set "
    "`TABLESTAKES_PUBLIC_URL` to the address at which readers reach this dashboard, as "
    "`https://tables.example.com`, and start anew: links are whole then."
)


@dataclass
class Draft:
    """What a writer made of an edition so far: the order of its items, which are kept, and in
    which words. name: of the revision, for the keys of what is clicked."""

    name: str
    order: list[str]
    left_out: set[str]
    texts: dict[str, str]

    @property
    def choices(self) -> list[Choice]:
        """The items that are kept, in order."""
        return [Choice(key, self.texts.get(key)) for key in self.order if key not in self.left_out]

    def move_up(self, key: str) -> None:
        """One place up."""
        at = self.order.index(key)
        if at:
            self.order[at - 1 : at + 1] = [self.order[at], self.order[at - 1]]


def page() -> None:
    """Choose a week, read it, take it away."""
    place = choices.header("Digest")
    if place is None:
        return
    roles = access.roles(data.settings().roles)
    audience = _audience(roles)
    found = data.editions(place.market_id, audience)
    if not found:
        st.info(
            "No edition yet. The first is made on Monday at 7 am, market time, once a week is "
            "over; `python -m pipeline digest` makes it at once."
        )
        if roles & access.EDITORS:
            _note(place, _running_week(place))
        return
    edition = _chosen(found)
    printed = Printed.of(edition)
    words = view(printed)
    about = [f"No. {words['number']}", words["dates"]]
    if words["revision"]:
        about.append(words["revision"])
    st.caption(" · ".join(about))
    for notice in words["notices"]:
        st.warning(notice)
    st.header(as_markdown(words["headline"]), anchor=False)
    if words["note"]:
        st.info(words["note"])
    draft = _draft(edition)
    _items(words["items"], draft)
    _take_away(printed, draft)
    _pictures(printed)
    _rest(words)
    if roles & access.EDITORS:
        for week in dict.fromkeys((edition.iso_week, _running_week(place))):
            _note(place, week)


def _audience(roles: frozenset[Role]) -> str:
    """Which edition: the internal one tells of conversion, and is the founders'."""
    if not roles & access.FOUNDERS:
        return "public"
    return st.segmented_control(
        "Edition", AUDIENCES, default="public", required=True, key="edition", bind="query-params"
    )


def _chosen(found: Sequence[Edition]) -> Edition:
    by_week = {edition.iso_week: edition for edition in found}
    week = st.selectbox(
        "Week",
        list(by_week),
        format_func=lambda name: f"{name}: {window_words(*_days(by_week[name]))}",
        key="week",
        bind="query-params",
    )
    return by_week[week]


def _days(edition: Edition) -> tuple[date, date]:
    return edition.first_date, edition.first_date + timedelta(days=6)


def _draft(edition: Edition) -> Draft:
    """The writer's draft of this revision, kept for the session."""
    name = f"{edition.market_id}-{edition.iso_week}-{edition.audience}-{edition.revision}"
    if f"draft-{name}" not in st.session_state:
        keys = [item["key"] for item in edition.facts["items"]]
        st.session_state[f"draft-{name}"] = Draft(name, keys, set(), {})
    draft: Draft = st.session_state[f"draft-{name}"]
    return draft


def _items(items: Sequence[dict[str, str]], draft: Draft) -> None:
    """Each sentence with what backs it, to be left out, moved or reworded."""
    by_key = {item["key"]: item for item in items}
    for number, key in enumerate(draft.order):
        item = by_key[key]
        with st.container(border=True):
            said = st.container()
            with st.container(horizontal=True, vertical_alignment="center"):
                if st.checkbox(
                    "Keep", value=key not in draft.left_out, key=f"keep-{draft.name}-{key}"
                ):
                    draft.left_out.discard(key)
                else:
                    draft.left_out.add(key)
                st.button(
                    "Move up",
                    key=f"up-{draft.name}-{key}",
                    type="tertiary",
                    disabled=number == 0,
                    on_click=draft.move_up,
                    args=(key,),
                )
                with st.popover("Reword", type="tertiary"):
                    text = st.text_area(
                        "Wording",
                        value=draft.texts.get(key, item["text"]),
                        key=f"text-{draft.name}-{key}",
                    ).strip()
            draft.texts.pop(key, None)
            if text and text != item["text"]:
                draft.texts[key] = text
            said.markdown(as_markdown(draft.texts.get(key, item["text"])))
            mark = "edited · " if key in draft.texts else ""
            said.caption(f"{mark}[{item['evidence']}](.{item['link']})")


def _take_away(printed: Printed, draft: Draft) -> None:
    """The text to copy, and everything as files. The copy button is at each text's top right."""
    st.subheader("Take it away", anchor=False)
    kept = draft.choices
    base_url = data.settings().public_url or ""
    if not base_url:
        st.caption(RELATIVE_LINKS)
    markdown, html, plain = st.tabs(["Markdown", "HTML", "Plain text"])
    with markdown:
        st.code(
            editions.markdown(printed, base_url=base_url, choices=kept),
            language=None,
            wrap_lines=True,
        )
    with html:
        st.code(
            editions.html_page(printed, base_url=base_url, choices=kept),
            language=None,
            wrap_lines=True,
        )
    with plain:
        st.code(editions.plain_text(printed, choices=kept), language=None, wrap_lines=True)
    stem = editions.file_stem(printed)
    with st.container(horizontal=True):
        st.download_button(
            "Text, pictures and figures as ZIP",
            data=lambda: zip_file(printed, base_url=base_url, choices=kept),
            file_name=f"{stem}.zip",
            mime="application/zip",
            key="digest-zip",
            on_click="ignore",
            type="primary",
        )
        st.download_button(
            "Figures as CSV",
            data=lambda: editions.figures_csv(printed, base_url=base_url, choices=kept).encode(),
            file_name=f"{stem}.csv",
            mime="text/csv",
            key="digest-csv",
            on_click="ignore",
        )


def _pictures(printed: Printed) -> None:
    for figure in edition_figures(printed.facts):
        parts.figure(
            figure.draw,
            figure.caption,
            key=f"digest-{figure.name}",
            alt=figure.alt,
            file_name=f"{editions.file_stem(printed)}-{figure.name}",
        )


def _rest(words: dict[str, object]) -> None:
    """What stands in every edition."""
    number = words["number_of_the_week"]
    if isinstance(number, dict):
        st.subheader(f"Number of the week: {number['figure']}", anchor=False)
        st.markdown(as_markdown(number["text"]))
    st.subheader("The ten hardest tables", anchor=False)
    _hardest(words["hardest"])
    st.caption(str(words["hardest_about"]))
    st.subheader("In every edition", anchor=False)
    names = ("new_entries", "first_seen", "prime", "pattern", "tightest", "loosest")
    stands = [words[name] for name in names]
    if isinstance(words["conversion"], list):
        stands += words["conversion"]
    for fact in stands:
        if isinstance(fact, dict):
            st.markdown(as_markdown(fact["text"]))
            st.caption(f"[{fact['evidence']}](.{fact['link']})")
    for name, title in (("changes", "What this revision changed"), ("annotations", "Noted")):
        lines = words[name]
        if isinstance(lines, list) and lines:
            st.markdown(f"**{title}**")
            st.markdown("\n".join(f"- {as_markdown(_line(line))}" for line in lines))
    corrections = words["corrections"]
    if isinstance(corrections, list) and corrections:
        st.markdown("**Corrections**")
        st.markdown(
            "\n".join(
                f"- {as_markdown(one['about'] + ': ' + ' '.join(one['changes']))}"
                for one in corrections
            )
        )
    st.caption(f"{words['asked']} {words['source']}.")


def _hardest(rows: object) -> None:
    assert isinstance(rows, list)
    if rows:
        st.table(
            pd.DataFrame(
                {
                    "Rank": [row["rank"] for row in rows],
                    "Venue": [f"[{as_markdown(row['name'])}](.{row['link']})" for row in rows],
                    "Tables to catch a week": [
                        f"{row['tables']} ({row['interval']})" for row in rows
                    ],
                    "Since last week": [row["move"] for row in rows],
                }
            ).set_index("Rank")
        )


def _line(line: str | dict[str, str]) -> str:
    return line if isinstance(line, str) else f"{line['dates']}: {line['text']}"


def _running_week(place: Place) -> str:
    return str(iso_week_of(local_date(data.now(), place.timezone)))


def _note(place: Place, iso_week: str) -> None:
    """The editor's note for a week: into its edition when that is made, or into a revision."""
    with st.expander(f"Editor's note for {iso_week}"), st.form(f"note-{iso_week}", border=False):
        text = st.text_area(
            "Note",
            value=data.note(place.market_id, iso_week) or "",
            max_chars=LONGEST_NOTE,
            label_visibility="collapsed",
        )
        if st.form_submit_button("Save"):
            data.write_note(place.market_id, iso_week, text)
            st.success(
                "Saved. It goes into the edition when that is made, or into a dated revision "
                "within a minute."
            )


page()
