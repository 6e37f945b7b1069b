"""Editions of the weekly digest as they are kept: frozen, in revisions; and editors' notes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.dialects.postgresql import insert as upsert

from db.queries import run
from db.schema import digest_notes, digests

AUDIENCES = ("public", "internal")
LONGEST_NOTE = 4_000  # characters


class UnknownDigestError(Exception):
    """There is no such edition; the text says which there are."""


@dataclass(frozen=True)
class Edition:
    """One revision of a week's edition. revised_on: None for the first. changes: what reads
    otherwise than in the revision before. facts: docs/digest.md says what they hold."""

    market_id: str
    iso_week: str
    audience: str
    revision: int
    number: int
    first_date: date
    revised_on: date | None
    facts: dict[str, Any]
    changes: Sequence[dict[str, Any]]
    content_sha256: str
    coverage_rate: float
    is_coverage_assumed: bool
    method_version: int
    created_at: datetime


_COLUMNS = [digests.c[name] for name in Edition.__dataclass_fields__]


def edition(
    engine: Engine, market_id: str, iso_week: str, audience: str, *, revision: int | None = None
) -> Edition | None:
    """The revision named, by default the latest; None where the week has no edition."""
    asked = select(*_COLUMNS).where(
        digests.c.market_id == market_id,
        digests.c.iso_week == iso_week,
        digests.c.audience == audience,
    )
    if revision is not None:
        asked = asked.where(digests.c.revision == revision)
    with engine.connect() as connection:
        row = connection.execute(asked.order_by(digests.c.revision.desc()).limit(1)).one_or_none()
    return None if row is None else Edition(**row._mapping)


def editions(
    engine: Engine, *, market_id: str | None = None, audience: str = "public"
) -> Sequence[Edition]:
    """The latest revision of every edition, the newest week first."""
    with engine.connect() as connection:
        rows = run(connection, "latest_digests", market_id=market_id, audience=audience).mappings()
        return [
            Edition(**{name: row[name] for name in Edition.__dataclass_fields__}) for row in rows
        ]


def revisions(engine: Engine, market_id: str, iso_week: str, audience: str) -> Sequence[Edition]:
    """Every revision of one edition, the first first."""
    asked = select(*_COLUMNS).where(
        digests.c.market_id == market_id,
        digests.c.iso_week == iso_week,
        digests.c.audience == audience,
    )
    with engine.connect() as connection:
        return [
            Edition(**row._mapping)
            for row in connection.execute(asked.order_by(digests.c.revision))
        ]


def keep_edition(engine: Engine, kept: Edition) -> bool:
    """Writes a revision that is not there yet; False where another process was first."""
    with engine.begin() as connection:
        written = connection.scalar(
            upsert(digests)
            .values(**kept.__dict__)
            .on_conflict_do_nothing()
            .returning(digests.c.revision)
        )
    return written is not None


def untold_revisions(
    engine: Engine, market_id: str, audience: str, first_date: date
) -> Sequence[Edition]:
    """Revisions of earlier weeks' editions that no edition has listed among its corrections."""
    with engine.connect() as connection:
        rows = run(
            connection,
            "untold_revisions",
            market_id=market_id,
            audience=audience,
            first_date=first_date,
        ).mappings()
        return [
            Edition(**{name: row[name] for name in Edition.__dataclass_fields__}) for row in rows
        ]


def note(engine: Engine, market_id: str, iso_week: str) -> str | None:
    """The editor's note for a week."""
    with engine.connect() as connection:
        found: str | None = connection.scalar(
            select(digest_notes.c.note).where(
                digest_notes.c.market_id == market_id, digest_notes.c.iso_week == iso_week
            )
        )
    return found or None


def write_note(
    engine: Engine, market_id: str, iso_week: str, text: str, *, written_at: datetime
) -> None:
    """Sets the editor's note for a week; an empty one takes it back. Raises ValueError if it is
    too long."""
    text = text.strip()
    if len(text) > LONGEST_NOTE:
        raise ValueError(f"A note has at most {LONGEST_NOTE:,} characters; this has {len(text):,}.")
    row = {"note": text, "written_at": written_at}
    with engine.begin() as connection:
        connection.execute(
            upsert(digest_notes)
            .values(market_id=market_id, iso_week=iso_week, **row)
            .on_conflict_do_update(index_elements=["market_id", "iso_week"], set_=row)
        )


def weeks_to_note(engine: Engine) -> Sequence[tuple[str, str]]:
    """(market_id, iso_week) of editions that do not carry the note of their week yet."""
    with engine.connect() as connection:
        return [(row.market_id, row.iso_week) for row in run(connection, "digests_to_note")]


def markets_with_drops(engine: Engine, first_date: date, last_date: date) -> Sequence[str]:
    """Markets in which a drop opened on any of these days."""
    with engine.connect() as connection:
        return list(
            run(
                connection, "markets_with_drops", first_date=first_date, last_date=last_date
            ).scalars()
        )
