"""What an edition prints: the number of the week is never the lead's, and says something."""

from datetime import date

from db.insights import Candidate
from metrics.coverage import Coverage
from metrics.facts import FactContext, stated
from metrics.newsworthiness import Newsworthiness
from pipeline.digest.choose import number_of_the_week

WEEK = FactContext(date(2026, 11, 9), date(2026, 11, 15), Coverage(1.0), "/market")
NEWS = Newsworthiness(0.001, True, 1.0, 1.0, 1.0, 1.0)


def candidate(key, number, *, answer=None, hedged=None):
    fact = stated(
        key.partition(":")[0],
        "ratio",
        f"{key} it is",
        WEEK,
        number=number,
        n=10,
        hedged=hedged,
        reason=hedged and "wide",
    )
    return Candidate(key, fact, answer)


def number(*items):
    found = number_of_the_week(items)
    return found and found.key


def test_it_is_the_second_piece_of_news_else_the_total_and_never_the_lead():
    lead, total = candidate("venue_week:a", 3.0, answer=NEWS), candidate("market_week", 1.1)
    second = candidate("venue_week:b", 2.0, answer=NEWS)
    assert number(lead, second, total) == "venue_week:b"
    assert number(lead, total) == "market_week"
    assert number(total, candidate("fully_booked:a", 0.9)) == "fully_booked:a"
    assert number(total) is None


def test_a_rank_and_a_nought_are_no_number_of_the_week_and_a_plain_one_goes_first():
    total = candidate("market_week", 1.1)
    unsure = candidate("busiest_hour", 0.14, hedged="perhaps")
    nothing = [candidate("rank:a", 1.0), candidate("catchable:a", 0.0)]
    assert number(total, *nothing) is None
    assert number(total, *nothing, unsure) == "busiest_hour"
    assert number(total, *nothing, unsure, candidate("trend:a", -0.1)) == "trend:a"
