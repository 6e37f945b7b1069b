"""Editions written to a folder, one by one or as a static archive."""

from collections.abc import Sequence
from pathlib import Path

import editions
from charts.edition_files import image_files, text_files
from db.digests import Edition
from editions import Printed

FEED_TITLE = "Table Stakes: state of reservations"


def write_files(edition: Edition, folder: Path) -> Sequence[Path]:
    """Writes the edition's files into a folder, which is made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    whole = Printed.of(edition)
    texts = {name: text.encode() for name, text in text_files(whole).items()}
    return [
        _written(folder / name, content)
        for name, content in {**texts, **image_files(whole)}.items()
    ]


def write_archive(found: Sequence[Edition], folder: Path) -> Sequence[Path]:
    """Writes the files of all these editions, an index that links them, and their feed."""
    folder.mkdir(parents=True, exist_ok=True)
    whole = [Printed.of(edition) for edition in found]
    return [
        *(path for edition in found for path in write_files(edition, folder)),
        _written(folder / "index.html", editions.archive_index(whole).encode()),
        _written(folder / "feed.atom", editions.atom_feed(whole, title=FEED_TITLE).encode()),
    ]


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path
