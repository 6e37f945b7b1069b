"""Conversion for the internal edition: did alerts lead to bookings, over the last 28 days whose
alerts had all had their time when the week was over.

The days end early enough for every alert's window to have passed by then, so that nothing that
settles later changes a number.
"""

from collections.abc import Sequence
from datetime import timedelta

from db.engine import Engine
from db.insights.comparisons import saved_fact, saved_or_not
from db.insights.conversion import FunnelRow, funnel
from db.insights.week import Candidate, WeekReport
from metrics.facts import Fact, FactContext
from metrics.newsworthiness import Question, newsworthiness
from metrics.proportions import share_ratio
from metrics.week_facts import bookings_fact

DAYS = 28
REACH = 0.7


def week_conversion(engine: Engine, report: WeekReport, window_hours: float) -> Sequence[Candidate]:
    """Bookings per alert, now and against the 28 days before; saved venues against others. Empty
    where no alert of the market was sent in these days."""
    last = report.last_date - timedelta(days=-(-int(window_hours) // 24))
    first = last - timedelta(days=DAYS - 1)
    asked = {
        "now": report.end_at,
        "days": DAYS,
        "window_hours": window_hours,
        "market": report.market_id,
    }
    this = funnel(engine, as_of=last, **asked).total  # type: ignore[arg-type]
    if this.sent == 0:
        return []
    before = funnel(engine, as_of=first - timedelta(days=1), **asked).total  # type: ignore[arg-type]
    saved = saved_or_not(engine, as_of=last, **asked)  # type: ignore[arg-type]
    query = f"market={report.market_id}&days={DAYS}&within={window_hours:g}&to={last}"
    context = FactContext(first, last, None, f"/funnel?{query}")
    ratio = share_ratio(this.booked, this.sent, before.booked, before.sent)
    question = Question(
        p_value=None if ratio is None else ratio.p_value,
        ratio=None if ratio is None else ratio.ratio,
        reach=REACH,
    )
    (answer,) = newsworthiness({"conversion": [question]})["conversion"]
    return [
        Candidate("bookings", _bookings(this, before, context), answer),
        Candidate("saved_or_not", saved_fact(saved, first, last, f"/drivers?{query}"), None),
    ]


def _bookings(this: FunnelRow, before: FunnelRow, context: FactContext) -> Fact:
    found, earlier = this.steps[-1].overall, before.steps[-1].overall
    assert found is not None  # alerts were sent
    ratio = share_ratio(this.booked, this.sent, before.booked, before.sent)
    return bookings_fact(found, earlier, None if ratio is None else ratio.interval, context)
