"""What the forms do with names that want to be markup, and with what a writer keeps."""

import csv
import io
import json
import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

import editions
from editions import Choice, Printed
from metrics.wording import number_words

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


def test_a_reworded_sentence_is_marked_and_its_figure_stays_the_frozen_one(facts):
    kept, reworded = facts["items"][0], facts["items"][1]
    chosen = [Choice(kept["key"]), Choice(reworded["key"], "My own words")]
    evidence = reworded["source_line"]
    for text in (
        editions.markdown(Printed(facts), choices=chosen),
        editions.plain_text(Printed(facts), choices=chosen),
        editions.html_page(Printed(facts), choices=chosen),
    ):
        lines = [line for line in text.splitlines() if evidence in line and "1.68" in line]
        assert lines  # more than one where the number of the week is the same item
        assert all("edited · 1.68 × usual" in line for line in lines)
        assert "One sentence, marked “edited”, was reworded by an editor; the figures" in text
    rows = csv.DictReader(io.StringIO(editions.figures_csv(Printed(facts), choices=chosen)))
    first, second, *_ = rows
    assert (first["sentence"], first["edited_sentence"]) == (kept["printable"], "")
    assert second["sentence"] == reworded["printable"]
    assert second["edited_sentence"] == "My own words"
    assert second["number"] == str(reworded["number"])
    draft = json.loads(editions.facts_json(Printed(facts), choices=chosen))["draft"]
    assert [item["edited_sentence"] for item in draft] == [None, "My own words"]
    untouched = editions.markdown(Printed(facts), choices=[Choice(kept["key"])])
    assert "edited" not in untouched


def test_p_values_say_which_test_they_are_of(facts):
    facts["items"][0].update(news_adjusted_p=0.4, trend_adjusted_p=0.01)
    rows = list(csv.DictReader(io.StringIO(editions.figures_csv(Printed(facts)))))
    assert "adjusted_p" not in rows[0]
    assert (rows[0]["news_adjusted_p"], rows[0]["trend_adjusted_p"]) == ("0.4", "0.01")
    before = {name: value for name, value in facts["items"][0].items() if "adjusted_p" not in name}
    old = Printed({**facts, "items": [{**before, "adjusted_p": 0.3}]})
    (row, *_) = csv.DictReader(io.StringIO(editions.figures_csv(old)))
    assert row["news_adjusted_p"] == "0.3"  # of an edition that was frozen before


def test_links_begin_with_the_address_that_is_given(facts):
    address = "https://tables.example.com"
    for form in (editions.markdown, editions.html_page, editions.figures_csv):
        relative, whole = form(Printed(facts)), form(Printed(facts), base_url=address)
        assert address not in relative
        assert f"{address}/market?" in whole
        assert whole.replace(address, "") == relative


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        ((3, 1), (3, 1), "as before"),
        ((1, 5), (1, 5), "as before"),
        ((3, 1), (1, 3), "no longer level, was #1 (with 2 others)"),
        ((1, 5), (1, 3), "still level, was #1 (with 2 others)"),
        ((4, 2), (5, 1), "now level, was #5"),
        ((3, 1), (1, 2), "down two places (could be chance)"),
    ],
)
def test_a_move_within_a_tie_names_the_rank_that_was_printed_before(facts, now, before, said):
    row = facts["hardest"][2]
    row.update(rank=now[0], rank_tied=now[1], has_moved=False, is_new=False)
    row.update(previous_rank=before[0], previous_rank_tied=before[1])
    (line,) = [
        line for line in editions.markdown(Printed(facts)).splitlines() if "[Foxglove" in line
    ]
    assert line.endswith(f"| {said} |")


def test_a_table_that_ends_in_a_tie_says_so(facts):
    facts["hardest"][-1].update(rank_tied=4)
    assert "Three more venues come out level with the last." in editions.plain_text(Printed(facts))


def test_a_new_entry_within_a_tie_is_hedged_like_the_sentence_about_it(facts):
    row = facts["hardest"][-1]
    row.update(rank=10, rank_tied=3, previous_rank=11, previous_rank_tied=1, is_new=True)
    row.update(has_moved=False)
    assert "new, from #11 (could be chance)" in editions.plain_text(Printed(facts))
    row.update(has_moved=True)
    assert "new, from #11\n" in editions.plain_text(Printed(facts))


def test_a_feed_s_dates_never_go_back_from_one_revision_to_the_next(facts):
    def updated(printed):
        feed = ElementTree.fromstring(editions.atom_feed([printed], title="t"))
        return [element.text for element in feed.iter("{http://www.w3.org/2005/Atom}updated")]

    monday = [updated(Printed(facts))]
    monday += [updated(Printed(facts, number, "2026-11-16")) for number in (2, 3)]
    assert monday == [
        [f"2026-11-16T05:00:{seconds}Z"] * 2 for seconds in ("00", "01", "02")
    ]  # midnight in New York
    assert updated(Printed(facts, 4, "2026-11-17")) == ["2026-11-17T05:00:03Z"] * 2


def test_an_open_time_that_must_not_be_printed_is_left_out_and_the_foot_says_why(facts):
    first, second = facts["hardest"][:2]
    first.update(typical_open_refusal="only nine closings seen, 10 are needed")
    second.update(typical_open_seconds=240.0, typical_open_refusal=None)
    for row in facts["hardest"][2:]:
        row["typical_open_refusal"] = None
    for form in (editions.markdown, editions.html_page, editions.plain_text):
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


def test_a_rank_that_is_not_sure_does_not_read_as_one(facts):
    level = next(item for item in facts["items"] if item["unit"] == "rank")
    assert level["interval"] == [1.0, 7.0]
    text = editions.plain_text(Printed(facts))
    assert "(anything from 1st to 7th hardest (95 %)" in text
    assert "1st hardest ·" not in text
    level["interval"] = [1.0, 1.0]
    assert "(1st hardest (95 %) ·" in editions.plain_text(Printed(facts))


def test_a_trend_names_both_of_its_tests(facts):
    facts["items"][0].update(news_adjusted_p=0.4, trend_adjusted_p=0.0004)
    said = "test for a trend: p < 0.001, for news: p = 0.4 (both adjusted)"
    facts["items"][0].update(has_been_told=True)
    assert f"{said} · no news, for it could be said a week before" in editions.markdown(
        Printed(facts)
    )
    facts["items"][0].update(has_been_told=False)
    for text in (editions.markdown(Printed(facts)), editions.plain_text(Printed(facts))):
        assert text.count(said) == 1


def test_weekdays_carry_intervals_and_the_reason_why_they_are_no_pattern(facts):
    assert facts["pattern"] is None
    for form in (editions.markdown, editions.html_page, editions.plain_text):
        text = unescape(form(Printed(facts)))
        assert "This is no pattern to go by (the difference between weekdays could be" in text
        assert "Fri, Nov 13 to Sun, Nov 15 stood out from the weeks before and are counted" in text
        for row in facts["weekdays"]:
            ends = " to ".join(
                number_words(end, row["prime_interval"]) for end in row["prime_interval"]
            )
            assert f"({ends})" in text


def test_the_plain_text_has_every_column_of_the_tables(facts):
    text = editions.plain_text(Printed(facts))
    row = facts["hardest"][-1]
    assert f"half are gone after: 45 min; {row['new_drop_count']} seen to open" in text
    assert text.count(" days watched\n") == 7


def test_a_mail_explains_no_column_that_it_does_not_have(facts):
    assert "All tables seen to open" in editions.html_page(Printed(facts))
    assert "seen to open" not in editions.email_html(Printed(facts))
