"""Sentences to copy, each with what it rests on: one element for all of them.

Streamlit's own block with a copy button brings a highlighter for two hundred languages with it,
1.6 MB whose start takes longer than the page's first picture.
"""

from collections.abc import Sequence
from pathlib import Path

from streamlit.components.v2 import component

HERE = Path(__file__).parent

_sentences = component(
    "copyable_sentences",
    html="<ul></ul>",
    css=(HERE / "copyable.css").read_text(encoding="utf-8"),
    js=(HERE / "copyable.js").read_text(encoding="utf-8"),
)


def sentences(rows: Sequence[tuple[str, str]], *, key: str) -> None:
    """Shows each sentence with a button that copies it, and below it, smaller, what backs it."""
    _sentences(key=key, data=[{"sentence": said, "evidence": backed} for said, backed in rows])
