"""Page: the weekly digest. Read an edition, keep and reword its items, take it away."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd
import streamlit as st

import editions
from charts.edition import edition_figures
from charts.edition_files import image_names, zip_file
from dashboard import access, choices, data, formats, parts, pictures
from dashboard.choices import Place
from db.digests import LONGEST_NOTE, Edition
from editions import Choice, Printed, as_markdown
from editions.view import view
from metrics.calendar import iso_week_of, local_date
from metrics.wording import list_words, window_words
from settings import Role

AUDIENCES = ("public", "internal")
OPENED_UNDER = (
    "Links in these texts and files begin with {address}, under which you opened this page. Where "
    "readers reach it under another address, set `TABLESTAKES_PUBLIC_URL` to that, as "
    "`https://tables.example.com`, and start anew."
)
RELATIVE_LINKS = (
    "Links in these texts and files begin with “/” and lead nowhere once they stand elsewhere. Set "
    "`TABLESTAKES_PUBLIC_URL` to the address at which readers reach this dashboard, as "
    "`https://tables.example.com`, and start anew: links are whole then."
)
WHAT_IS_KEPT = (
    "What you leave out, move and reword is kept in this page’s address: a reload, a bookmark or "
    "the link sent to a colleague brings it back. A wording counts once you press Ctrl+Enter or "
    "click elsewhere; until then the browser asks before the page is left."
)
# A wording that is still being typed is the browser's alone: it must not be lost by a reload.
ASK_BEFORE_LEAVING = """<script>
if (!window.tablestakesAsks) {
  window.tablestakesAsks = true;
  let isTyping = false;
  document.addEventListener("input", event => { isTyping = event.target.tagName === "TEXTAREA"; });
  document.addEventListener("focusout", () => { isTyping = false; });
  window.addEventListener("beforeunload", event => { if (isTyping) event.preventDefault(); });
}
</script>"""


@dataclass
class Draft:
    """What a writer made of an edition so far: the order of its items, which are kept, and in
    which words. All of it is in the URL. name: of the edition, in whose parameters it is."""

    name: str
    order: list[str]
    left_out: set[str]
    texts: dict[str, str]

    @property
    def choices(self) -> list[Choice]:
        """The items that are kept, in order."""
        return [Choice(key, self.texts.get(key)) for key in self.order if key not in self.left_out]

    def move(self, key: str, by: int) -> None:
        """So many places down, up where negative."""
        at = self.order.index(key)
        self.order.insert(at + by, self.order.pop(at))
        st.query_params[f"order-{self.name}"] = self.order


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
            "over, and on an app that has just started within minutes: reload the page then. "
            "`python -m pipeline digest` makes it at once."
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
    st.caption(WHAT_IS_KEPT)
    st.html(ASK_BEFORE_LEAVING, unsafe_allow_javascript=True)
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
    """The edition of the week in the URL, else the newest."""
    by_week = {edition.iso_week: edition for edition in found}
    asked, newest = st.query_params.get("week"), next(iter(by_week))
    if asked is not None and asked not in by_week:
        st.warning(
            f"There is no edition of “{formats.as_markdown(asked)}”: this is the newest, {newest}."
        )
    # Not bound to the URL by Streamlit, which would put the label there.
    st.session_state["week_choice"] = asked if asked in by_week else newest
    week = st.selectbox(
        "Week",
        list(by_week),
        format_func=lambda name: f"{name}: {window_words(*_days(by_week[name]))}",
        key="week_choice",
        on_change=_put_week_into_url,
    )
    return by_week[week]


def _put_week_into_url() -> None:
    st.query_params["week"] = st.session_state["week_choice"]


def _days(edition: Edition) -> tuple[date, date]:
    return edition.first_date, edition.first_date + timedelta(days=6)


def _draft(edition: Edition) -> Draft:
    """The writer's draft of this edition, as the URL has it. What a revision brought comes last."""
    name = f"{edition.market_id}-{edition.iso_week}-{edition.audience}"
    keys = [item["key"] for item in edition.facts["items"]]
    parameter = f"order-{name}"
    asked = st.query_params.get_all(parameter)
    if asked:
        st.session_state[parameter] = asked
    elif parameter in st.session_state:  # back from another page, whose URL has none
        asked = st.query_params[parameter] = st.session_state[parameter]
    asked = [key for key in asked if key in keys]
    return Draft(name, list(dict.fromkeys([*asked, *keys])), set(), {})


def _items(items: Sequence[dict[str, str]], draft: Draft) -> None:
    """Each sentence with what backs it, to be left out, moved or reworded."""
    by_key = {item["key"]: item for item in items}
    last = len(draft.order) - 1
    for number, key in enumerate(draft.order):
        item = by_key[key]
        with st.container(border=True):
            said = st.container()
            with st.container(horizontal=True, vertical_alignment="center"):
                is_kept = st.checkbox(
                    "Keep", value=True, key=f"keep-{draft.name}-{key}", bind="query-params"
                )
                for words, by, is_end in (
                    ("Move up", -1, number == 0),
                    ("Move down", 1, number == last),
                ):
                    st.button(
                        words,
                        key=f"{words}-{draft.name}-{key}",
                        type="tertiary",
                        disabled=is_end,
                        on_click=draft.move,
                        args=(key, by),
                    )
            # Not a popover: Esc would close that and throw away what is being typed.
            with st.expander("Reword", type="compact"):
                text = st.text_area(
                    "Wording",
                    value=item["text"],
                    key=f"text-{draft.name}-{key}",
                    bind="query-params",
                    label_visibility="collapsed",
                )
            text = (text or "").strip()
            if not is_kept:
                draft.left_out.add(key)
            if text and text != item["text"]:
                draft.texts[key] = text
            said.markdown(as_markdown(draft.texts.get(key, item["text"])))
            mark = "edited · " if key in draft.texts else ""
            said.caption(f"{mark}[{item['evidence']}](.{item['link']})")


def _take_away(printed: Printed, draft: Draft) -> None:
    """The text to copy, and everything as files. The copy button is at each text's top right."""
    st.subheader("Take it away", anchor=False)
    kept = draft.choices
    base_url = data.settings().public_url
    if not base_url:
        base_url = parts.opened_under("digest")
        st.caption(OPENED_UNDER.format(address=base_url) if base_url else RELATIVE_LINKS)
    images = image_names(printed)
    if images:
        st.caption(
            f"Pictures stand in Markdown and HTML as {list_words([one['light'] for one in images])}"
            ": put these files of the ZIP beside the text, or take the pictures below."
        )
    markdown, html, plain = st.tabs(["Markdown", "HTML", "Plain text"])
    with markdown:
        st.code(
            editions.markdown(printed, base_url=base_url, choices=kept, images=images),
            language=None,
            wrap_lines=True,
        )
    with html:
        st.code(
            editions.html_page(printed, base_url=base_url, choices=kept, images=images),
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
        pictures.figure(
            figure.draw,
            figure.caption,
            key=f"digest-{figure.name}",
            file_name=f"{editions.file_stem(printed)}-{figure.name}",
        )


def _rest(words: dict[str, Any]) -> None:
    """What stands in every edition."""
    number = words["number_of_the_week"]
    if number is not None:
        st.subheader(f"Number of the week: {number['figure']}", anchor=False)
        _statement(number)
    st.subheader("The ten hardest tables", anchor=False)
    _hardest(words)
    for name in ("new_entries", "first_seen"):
        _statement(words[name])
    _weekdays(words)
    for title, facts, about in (
        ("Did alerts help?", words["conversion"], None),
        (
            "Tightest and loosest day",
            [words["tightest"], words["loosest"]],
            words["extremes_about"],
        ),
    ):
        if any(facts) or about:
            st.subheader(title, anchor=False)
        for fact in facts:
            _statement(fact)
        if about:
            st.markdown(as_markdown(about))
    for name, title in (("changes", "What this revision changed"), ("annotations", "Noted")):
        if words[name]:
            st.markdown(f"**{title}**")
            st.markdown("\n".join(f"- {as_markdown(_line(line))}" for line in words[name]))
    if words["corrections"]:
        st.markdown("**Corrections**")
        st.markdown(
            "\n".join(
                f"- {as_markdown(one['about'] + ': ' + ' '.join(one['changes']))}"
                for one in words["corrections"]
            )
        )
    st.caption(f"{words['asked']} {words['source']}.")


def _statement(fact: dict[str, str] | None) -> None:
    if fact is not None:
        st.markdown(as_markdown(fact["text"]))
        st.caption(f"[{fact['evidence']}](.{fact['link']})")


def _hardest(words: dict[str, Any]) -> None:
    rows = words["hardest"]
    if rows:
        st.container(key="wide-table").table(
            pd.DataFrame(
                {
                    "Rank": [row["rank"] for row in rows],
                    "Venue": [f"[{as_markdown(row['name'])}](.{row['link']})" for row in rows],
                    "Tables to catch a week": [
                        f"{row['tables']} ({row['interval']})" for row in rows
                    ],
                    "Half are gone after": [row["lasts"] for row in rows],
                    words["seen"]: [row["n"] for row in rows],
                    "Since last week": [row["move"] for row in rows],
                }
            ).set_index("Rank")
        )
    st.caption(f"{words['hardest_about']} {words['columns_foot']}")


def _weekdays(words: dict[str, Any]) -> None:
    if not words["prime"] and not words["pattern"]:
        return
    st.subheader("Prime time and weekdays", anchor=False)
    for name in ("prime", "pattern"):
        _statement(words[name])
    rows = words["weekdays"]
    st.table(
        pd.DataFrame(
            {
                "Opened on": [row["weekday"] for row in rows],
                "Prime tables a day": [row["prime"] for row in rows],
                "Off-peak tables a day": [row["off_peak"] for row in rows],
                "Days watched": [row["days"] for row in rows],
            }
        ).set_index("Opened on")
    )
    if words["weekdays_about"]:
        st.caption(words["weekdays_about"])


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
