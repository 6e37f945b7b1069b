"""What a page says and shows, read without a browser."""

import json
from typing import Any

from streamlit.testing.v1 import AppTest


def pictures(page: AppTest) -> list[dict[str, Any]]:
    """Each picture's document as the browser gets it, in the order of the page."""
    sent = (element.proto for element in page.get("bidi_component"))
    return [json.loads(proto.bytes) for proto in sent if proto.WhichOneof("data") == "bytes"]


def titles(page: AppTest) -> list[str]:
    """The titles of the pictures, then those of all else."""
    return [
        *(picture["title"] for picture in pictures(page)),
        *(str(heading.value) for heading in page.subheader),
    ]


def small_print(page: AppTest) -> list[str]:
    """What pictures measure and where they are from, then all other small print."""
    return [
        *(picture[line] for picture in pictures(page) for line in ("subtitle", "source")),
        *(str(caption.value) for caption in page.caption),
    ]


def text(page: AppTest) -> str:
    """Everything a page says in running text."""
    kinds = (page.title, page.markdown, page.info, page.warning)
    said = [str(element.value) for kind in kinds for element in kind]
    return "\n".join([*said, *titles(page), *small_print(page)])
