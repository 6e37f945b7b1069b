"""The forms of an edition. Text files end with a line feed and hold no clock, path, host or id."""

import csv
import io
import uuid
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import orjson
from jinja2 import Environment, PackageLoader, StrictUndefined

from editions.view import Choice, Printed, as_markdown, chosen, view
from metrics.calendar import local_day_start

FEED_NAMESPACE = uuid.UUID("6b7f0e1c-54f3-5a68-9d0a-2f5b8f1b7c11")
CSV_COLUMNS = (
    "key", "sentence", "edited_sentence", "number", "unit", "n", "lower", "upper", "first_date",
    "last_date", "coverage_rate", "is_coverage_assumed", "is_news", "news_adjusted_p",
    "trend_adjusted_p", "link", "method_version", "is_simulated",
)  # fmt: skip

_environment = Environment(
    loader=PackageLoader("editions"),
    autoescape=lambda name: name is not None and (".html" in name or ".atom" in name),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
_environment.filters["md"] = as_markdown


def markdown(
    printed: Printed,
    *,
    base_url: str = "",
    choices: Sequence[Choice] | None = None,
    images: Sequence[Mapping[str, str]] = (),
) -> str:
    """For an editor that takes Markdown. images: `light` (a file name) and `alt` of each."""
    return _render("digest.md.j2", printed, base_url=base_url, choices=choices, images=images)


def plain_text(printed: Printed, *, choices: Sequence[Choice] | None = None) -> str:
    """For everything else; it has no links."""
    return _render("digest.txt.j2", printed, choices=choices)


def html_page(
    printed: Printed,
    *,
    base_url: str = "",
    choices: Sequence[Choice] | None = None,
    images: Sequence[Mapping[str, str]] = (),
) -> str:
    """A page that stands alone. images: `light`, `dark` (file names) and `alt` of each."""
    return _render("digest.html.j2", printed, base_url=base_url, choices=choices, images=images)


def email_html(
    printed: Printed,
    *,
    base_url: str = "",
    unsubscribe_url: str = "",
    images: Sequence[Mapping[str, str]] = (),
) -> str:
    """The mail's HTML part: tables and inline styles. images: `source` (cid:…) and `alt`."""
    return _render(
        "email.html.j2",
        printed,
        base_url=base_url,
        unsubscribe_url=unsubscribe_url,
        images=images,
    )


def email_text(printed: Printed, *, base_url: str = "", unsubscribe_url: str = "") -> str:
    """The mail's text part."""
    return _render("email.txt.j2", printed, base_url=base_url, unsubscribe_url=unsubscribe_url)


def atom_feed(printed: Sequence[Printed], *, base_url: str = "", title: str) -> str:
    """An Atom feed of editions, the newest first. No clock is read: `updated` is when the week was
    over, of a revision as `_revised_at` has it."""
    entries = [
        {
            **view(one, base_url=base_url),
            "id": _urn("edition", one.facts["market"]["market_id"], one.facts["iso_week"]),
            "updated": _revised_at(one) or one.facts["as_of"],
            "url": f"{base_url}/digest?market={one.facts['market']['market_id']}"
            f"&week={one.facts['iso_week']}",
        }
        for one in printed
    ]
    return _environment.get_template("feed.atom.j2").render(
        entries=entries,
        title=title,
        id=_urn("feed", title),
        base_url=base_url,
        updated=max((entry["updated"] for entry in entries), default="1970-01-01T00:00:00Z"),
    )


def archive_index(printed: Sequence[Printed]) -> str:
    """The front page of a static archive; it links to each edition's page."""
    return _environment.get_template("archive.html.j2").render(
        editions=[view(one) for one in printed]
    )


def unsubscribe_page(*, is_done: bool) -> str:
    """What the link at the end of a mail opens: the question, or that it is done."""
    return _environment.get_template("unsubscribe.html.j2").render(is_done=is_done)


def facts_json(printed: Printed, *, choices: Sequence[Choice] | None = None) -> str:
    """The frozen facts themselves; with choices, what a writer made of the items beside them
    (`draft`: the items kept, in order, each with its frozen sentence and the edited one)."""
    document = {
        "revision": printed.revision,
        "revised_on": printed.revised_on,
        "changes": list(printed.changes),
        **printed.facts,
    }
    if choices is not None:
        document["draft"] = [
            {
                "key": item["key"],
                "sentence": item["printable"],
                "edited_sentence": item["edited_sentence"],
            }
            for item in chosen(printed.facts, choices)
        ]
    options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
    return orjson.dumps(document, option=options).decode()


def figures_csv(
    printed: Printed, *, base_url: str = "", choices: Sequence[Choice] | None = None
) -> str:
    """Every printed figure, a row each, with what backs it.

    sentence: as frozen. edited_sentence: a writer's own wording. news_adjusted_p: of the test that
    calls it news (`is_news`); trend_adjusted_p: of the test behind a sentence about a trend.
    """
    facts = printed.facts
    named = [
        {"key": name, "is_news": False, **facts[name]}
        for name in ("pattern", "prime", "tightest", "loosest", "new_entries", "first_seen")
        if facts[name] is not None
    ]
    items = facts["items"] if choices is None else chosen(facts, choices)
    text = io.StringIO()
    writer = csv.DictWriter(text, CSV_COLUMNS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for fact in [*items, *named]:
        lower, upper = fact["interval"] or (None, None)
        writer.writerow(
            {
                **fact,
                "sentence": fact["printable"],
                # Editions made before call it by its short name.
                "news_adjusted_p": fact.get("news_adjusted_p", fact.get("adjusted_p")),
                "lower": lower,
                "upper": upper,
                "link": base_url + fact["permalink"],
                "is_simulated": facts["is_simulated"],
            }
        )
    return text.getvalue()


def _render(
    template: str,
    printed: Printed,
    *,
    base_url: str = "",
    choices: Sequence[Choice] | None = None,
    **more: Any,
) -> str:
    return _environment.get_template(template).render(
        **view(printed, base_url=base_url, choices=choices), base_url=base_url, **more
    )


def _revised_at(printed: Printed) -> str | None:
    """An instant of the day of the revision, so many seconds after that day began in the market as
    revisions were made: of one Monday each is later than the one before it, and none lies before
    the week's end. None for the first edition."""
    if printed.revised_on is None:
        return None
    day = date.fromisoformat(printed.revised_on)
    began_at = local_day_start(day, printed.facts["market"]["timezone"])
    return f"{began_at + timedelta(seconds=printed.revision - 1):%Y-%m-%dT%H:%M:%SZ}"


def _urn(*names: str) -> str:
    return uuid.uuid5(FEED_NAMESPACE, "\x1f".join(names)).urn
