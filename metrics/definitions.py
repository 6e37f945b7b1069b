"""The definitions of all formulas, read from the docstrings they stand in.

`python -m metrics.definitions > docs/definitions.md` writes the page; a test keeps it equal to the
docstrings. Pages show the same text as help.
"""

import importlib
import re
import textwrap
from dataclasses import dataclass

from metrics.version import FORMULA_VERSION

CHAPTERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "Venues",
        (
            "survival",
            "still_there",
            "catchable",
            "scarcity",
            "tiers",
            "ranks",
            "list_agreement",
            "trend",
            "fully_booked",
            "volatility",
            "release_clock",
            "closed_durations",
        ),
    ),
    ("The market", ("spikes", "compression", "weekday_pattern", "week_extremes")),
    ("When we were looking", ("coverage", "exposure", "gaps", "prime_time", "calendar")),
    ("Did alerts help?", ("conversion",)),
    (
        "Shares and comparisons",
        ("proportions", "rates", "strata", "by_users", "shrinkage", "multiple"),
    ),
    (
        "What is printed",
        (
            "facts",
            "newsworthiness",
            "week_facts",
            "weekday_facts",
            "extreme_facts",
            "wording",
            "small_cells",
        ),
    ),
    ("Behind the scenes", ("survival_ranges", "version")),
)
"""Every formula's module, in reading order."""

SECTIONS = ("Formula", "Unit", "Range", "Empty case", "Example", "Source")


@dataclass(frozen=True)
class Definition:
    """One formula in words; `code` is its worked example, as doctest runs it."""

    module: str
    name: str
    summary: str
    formula: str
    unit: str
    range: str
    empty_case: str
    example: str
    code: str
    source: str

    @property
    def help_text(self) -> str:
        """The definition in a few lines of Markdown, for the help beside a number."""
        return (
            f"**{self.name}**: {self.summary}\n\n{self.formula}\n\n"
            f"*Unit:* {self.unit} *Range:* {self.range}\n\n*Empty case:* {self.empty_case}"
        )


def definition_of(module: str) -> Definition:
    """The definition that stands in `metrics/<module>.py`. Raises KeyError for any other name."""
    if module not in {name for _, names in CHAPTERS for name in names}:
        raise KeyError(module)
    text = importlib.import_module(f"metrics.{module}").__doc__ or ""
    title, _, body = text.partition("\n")
    name, _, summary = title.partition(": ")
    parts = re.split(rf"^({'|'.join(SECTIONS)}):", body, flags=re.MULTILINE)
    sections = dict(zip(parts[1::2], parts[2::2], strict=True))
    example, prompt, code = sections["Example"].partition(">>>")
    return Definition(
        module=module,
        name=name,
        summary=summary.strip(),
        formula=_paragraph(sections["Formula"]),
        unit=_paragraph(sections["Unit"]),
        range=_paragraph(sections["Range"]),
        empty_case=_paragraph(sections["Empty case"]),
        example=_paragraph(example),
        code=textwrap.dedent(f"    {prompt}{code}").strip(),
        source=_paragraph(sections["Source"]),
    )


def _paragraph(text: str) -> str:
    joined = " ".join(text.split())
    return joined[:1].upper() + joined[1:]


def definitions_page() -> str:
    """All definitions as one Markdown page."""
    blocks = [
        "# Definitions",
        "Written by `python -m metrics.definitions` from the docstrings in `metrics/`; "
        f"edit those. Formula version {FORMULA_VERSION}.",
    ]
    for chapter, modules in CHAPTERS:
        blocks.append(f"## {chapter}")
        for definition in map(definition_of, modules):
            blocks += [
                f"### {definition.name}",
                f"{definition.summary[:1].upper()}{definition.summary[1:]}",
                definition.formula,
                f"- **Unit:** {definition.unit}\n"
                f"- **Range:** {definition.range}\n"
                f"- **Empty case:** {definition.empty_case}\n"
                f"- **Source:** {definition.source}\n"
                f"- **Code:** `metrics/{definition.module}.py`",
                f"Example{': ' if definition.example else ':'}{definition.example}",
                f"```python\n{definition.code}\n```",
            ]
    return "\n\n".join(blocks) + "\n"


if __name__ == "__main__":
    print(definitions_page(), end="")
