"""Editions of the digest in words: from frozen facts to Markdown, plain text, HTML, mail and feed.

Pure: no clock, no database, no network. The same facts give the same bytes wherever they are
rendered, which is why nothing but the facts, the revision and, where it is asked for, the address
that links begin with goes in.
"""

from editions.forms import (
    archive_index,
    atom_feed,
    email_html,
    email_text,
    facts_json,
    figures_csv,
    html_page,
    markdown,
    plain_text,
    unsubscribe_page,
)
from editions.view import WORDING, Choice, Printed, as_markdown, file_stem, title_of

__all__ = [
    "WORDING",
    "Choice",
    "Printed",
    "archive_index",
    "as_markdown",
    "atom_feed",
    "email_html",
    "email_text",
    "facts_json",
    "figures_csv",
    "file_stem",
    "html_page",
    "markdown",
    "plain_text",
    "title_of",
    "unsubscribe_page",
]
