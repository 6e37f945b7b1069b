"""What a measure means, for the help beside it: the words of its formula's own docstring."""

from functools import cache

from dashboard import formats
from metrics.definitions import definition_of


@cache
def measure(module: str) -> str:
    """The definition in `metrics/<module>.py` as Markdown, with the link to all of it.

    Raises KeyError where there is no such definition.
    """
    definition = definition_of(module)
    return (
        f"**{definition.name}**: {formats.as_markdown(definition.summary)}\n\n"
        f"{formats.as_markdown(definition.formula)}\n\n"
        f"Unit: {formats.as_markdown(definition.unit)} "
        f"[With a worked example](./definitions#{module})"
    )


@cache
def words(module: str) -> dict[str, str]:
    """The same as plain words: name, summary, formula, unit, and the link to all of it.

    Raises KeyError where there is no such definition.
    """
    definition = definition_of(module)
    return {
        "name": definition.name,
        "summary": definition.summary,
        "formula": definition.formula,
        "unit": definition.unit,
        "link": f"./definitions#{module}",
    }
