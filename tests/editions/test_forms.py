"""What the forms do with names that want to be markup, and with what a writer keeps."""

import csv
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

import editions
from editions import Choice, Printed

GOLDEN = Path(__file__).parent.parent / "pipeline" / "golden"
EVIL = '<script>alert("x")</script> | *A* [B](http://c)'


@pytest.fixture
def facts():
    return json.loads((GOLDEN / "spike.json").read_text(encoding="utf-8"))


def tags(html: str) -> list[str]:
    found = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attrs):
            found.append(tag)

    Reader().feed(html)
    return found


def renamed(facts, name):
    facts["hardest"][0]["name"] = name
    facts["items"][0]["printable"] = f"{name} opened"
    facts["headline"] = f"{name} leads"
    facts["note"] = name
    return Printed(facts)


def test_a_name_never_becomes_markup(facts):
    evil = renamed(facts, EVIL)
    for html in (
        editions.html_page(evil),
        editions.email_html(
            evil, base_url="https://a.example", unsubscribe_url="https://b.example"
        ),
        editions.archive_index([evil]),
    ):
        assert "script" not in tags(html)
    feed = ElementTree.fromstring(editions.atom_feed([evil], title="t"))
    assert EVIL in "".join(feed.itertext())
    markdown = editions.markdown(evil)
    assert r"\[B\]" in markdown
    row = next(line for line in markdown.splitlines() if "alert" in line and line.startswith("|"))
    assert len(re.findall(r"(?<!\\)\|", row)) == 7


def test_a_writer_s_choice_of_items_is_in_every_form(facts):
    first, second, third = (item["key"] for item in facts["items"][:3])
    chosen = [Choice(third), Choice(first, "My own words"), Choice("gone")]
    for text in (
        editions.markdown(Printed(facts), choices=chosen),
        editions.plain_text(Printed(facts), choices=chosen),
        editions.html_page(Printed(facts), choices=chosen),
    ):
        assert "My own words." in text
        assert text.index("My own words.") > 0
    rows = list(csv.DictReader(io.StringIO(editions.figures_csv(Printed(facts), choices=chosen))))
    assert [row["key"] for row in rows[:2]] == [third, first]
    assert second not in {row["key"] for row in rows}


def test_an_open_time_that_must_not_be_printed_is_left_out_and_the_foot_says_why(facts):
    first, second = facts["hardest"][:2]
    first.update(typical_open_refusal="only nine closings seen, 10 are needed")
    second.update(typical_open_seconds=240.0, typical_open_refusal=None)
    for row in facts["hardest"][2:]:
        row["typical_open_refusal"] = None
    for form in (editions.markdown, editions.html_page):
        text = form(Printed(facts))
        assert text.count("not enough data") == 1
        assert "4 min" in text
        assert "Not enough data: how long half of the tables last is said from 10 closings" in text
    first["typical_open_refusal"] = None
    assert "enough data" not in editions.markdown(Printed(facts)).lower()


def test_nothing_of_the_machine_is_in_a_text_file(facts):
    printed = Printed(facts)
    for text in (
        editions.markdown(printed),
        editions.plain_text(printed),
        editions.html_page(printed),
        editions.figures_csv(printed),
        editions.facts_json(printed),
        editions.atom_feed([printed], title="t"),
        editions.archive_index([printed]),
    ):
        without_names = text.replace("http://www.w3.org/2005/Atom", "")
        assert "http" not in without_names
        assert "localhost" not in text
        assert str(Path.cwd()) not in text
        assert text.endswith("\n")


def test_simulated_data_are_labelled_in_every_form(facts):
    printed = Printed(facts)
    for text in (
        editions.markdown(printed),
        editions.plain_text(printed),
        editions.html_page(printed),
        editions.email_html(printed),
        editions.email_text(printed),
        editions.atom_feed([printed], title="t"),
    ):
        assert "Simulated data" in text
    assert "simulated" in editions.file_stem(printed)
    assert "simulated" in editions.archive_index([printed])


def test_a_revision_names_its_day_and_what_it_changed(facts):
    change = {"was": "Ten tables opened", "now": "Eleven tables opened"}
    printed = Printed(facts, 2, "2026-11-24", [change])
    for text in (editions.markdown(printed), editions.plain_text(printed)):
        assert "Revision 2, Tue, Nov 24, 2026" in text
        assert "“Ten tables opened.” now reads “Eleven tables opened.”" in text
    assert editions.file_stem(printed).endswith("-r2")


def test_links_of_mails_begin_with_the_address_that_is_set_and_without_one_there_are_none(facts):
    html = editions.email_html(Printed(facts), base_url="https://tables.example.com")
    assert 'href="https://tables.example.com/market?' in html
    assert "href" not in editions.email_html(Printed(facts))
