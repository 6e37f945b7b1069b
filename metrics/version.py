"""Formula version: the number every derived row carries.

Formula: raised by one whenever a change in `metrics/` moves a number that was already published.
Unit: none.
Range: whole numbers from 1.
Empty case: none.
Example:
    >>> FORMULA_VERSION
    3

Source: house rule; CHANGELOG.md says for every version why numbers moved.
"""

FORMULA_VERSION: int = 3
