"""The weekly digest: a market's week frozen into an edition, revised where its facts changed."""

from pipeline.digest.build import (
    Built,
    WeekNotOverError,
    build_editions,
    build_week,
    catch_up,
    has_something_to_tell,
    summary,
)
from pipeline.digest.files import write_archive, write_files

__all__ = [
    "Built",
    "WeekNotOverError",
    "build_editions",
    "build_week",
    "catch_up",
    "has_something_to_tell",
    "summary",
    "write_archive",
    "write_files",
]
