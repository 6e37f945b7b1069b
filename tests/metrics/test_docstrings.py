"""Every formula's page: its sections are there and its worked examples come out as written."""

import doctest
import importlib
import pkgutil
from types import ModuleType

import pytest

import metrics

MODULES = [
    importlib.import_module(f"metrics.{module.name}")
    for module in pkgutil.iter_modules(metrics.__path__)
    if module.name != "definitions"
]
SECTIONS = ("Formula:", "Unit:", "Range:", "Empty case:", "Example:", "Source:")


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_worked_examples_come_out_as_written(module: ModuleType) -> None:
    found = doctest.testmod(module)
    assert found.failed == 0


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_every_formula_says_unit_range_empty_case_example_and_source(module: ModuleType) -> None:
    text = module.__doc__ or ""
    places = [text.find(f"\n{section}") for section in SECTIONS]
    assert -1 not in places, SECTIONS[places.index(-1)]
    assert places == sorted(places)
