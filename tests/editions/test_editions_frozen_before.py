"""Editions frozen before keep the words of their time, byte for byte, in every form."""

import json
from pathlib import Path

import pytest

import editions
from editions import WORDING, Printed

BEFORE = Path(__file__).parent / "frozen_before"
ADDRESS = "https://tables.example.com"


def frozen(name):
    return Printed(json.loads((BEFORE / f"{name}.json").read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", ["spike", "quiet", "outage"])
def test_an_edition_of_the_first_wording_reads_as_it_did(name):
    printed = frozen(name)
    assert printed.facts.get("wording", 1) < WORDING
    assert editions.markdown(printed) == (BEFORE / f"{name}.md").read_text(encoding="utf-8")
    assert editions.plain_text(printed) == (BEFORE / f"{name}.txt").read_text(encoding="utf-8")


def test_its_page_its_figures_and_its_mail_are_as_they_were():
    printed = frozen("quiet")
    for name, text in (
        ("quiet.html", editions.html_page(printed)),
        ("quiet.csv", editions.figures_csv(printed)),
        ("quiet.mail.html", editions.email_html(printed, base_url=ADDRESS)),
        ("quiet.mail.txt", editions.email_text(printed, base_url=ADDRESS)),
    ):
        assert text == (BEFORE / name).read_text(encoding="utf-8"), name
