"""docs/definitions.md says what the docstrings say."""

import pkgutil
from pathlib import Path

import pytest

import metrics
from metrics.definitions import CHAPTERS, definition_of, definitions_page

ROOT = Path(__file__).parents[2]


def test_the_committed_page_is_the_one_the_docstrings_make() -> None:
    committed = (ROOT / "docs" / "definitions.md").read_text(encoding="utf-8")
    assert committed == definitions_page(), (
        "run python -m metrics.definitions > docs/definitions.md"
    )


def test_every_formula_is_defined_exactly_once() -> None:
    listed = sorted(name for _, names in CHAPTERS for name in names)
    there = {module.name for module in pkgutil.iter_modules(metrics.__path__)} - {"definitions"}
    assert listed == sorted(there)


def test_the_help_beside_a_number_holds_formula_unit_and_empty_case() -> None:
    definition = definition_of("scarcity")
    assert definition.name == "Scarcity score"
    assert definition.formula.startswith("100 / (1 + lambda)")
    assert "fewer than 7 observed day-equivalents" in definition.help_text
    assert definition.code.startswith(">>> scarcity_score(1.0)")
    with pytest.raises(KeyError):
        definition_of("os")
