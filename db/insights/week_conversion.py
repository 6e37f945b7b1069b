"""Conversion for the internal edition: did alerts lead to bookings, over the last 28 days whose
alerts had all had their time when the week was over.

The days end early enough for every alert's window to have passed by then, so that nothing that
settles later changes a number.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from db.engine import Engine
from db.insights.comparisons import AgainstBefore, against_before, saved_fact, saved_or_not
from db.insights.week import Candidate, WeekReport
from metrics.calendar import local_day_start
from metrics.facts import Fact, FactContext
from metrics.newsworthiness import Question, newsworthiness
from metrics.week_facts import bookings_fact

DAY = timedelta(days=1)
DAYS = 28
FEWEST_DAYS_BEFORE = DAYS // 2
"""With alerts on fewer of the days before, a change is told with their number and is no news."""
REACH = 0.7


def week_conversion(engine: Engine, report: WeekReport, window_hours: float) -> Sequence[Candidate]:
    """Bookings per alert, now and against the 28 days before; saved venues against others. Empty
    where no alert of the market was sent in these days."""
    last = last_settled_day(report, window_hours)
    first = last - (DAYS - 1) * DAY
    asked = {
        "now": report.end_at,
        "days": DAYS,
        "window_hours": window_hours,
        "market": report.market_id,
        "as_of": last,
    }
    found = against_before(engine, **asked)  # type: ignore[arg-type]
    if found.compared.first is None:
        return []
    saved = saved_or_not(engine, **asked)  # type: ignore[arg-type]
    query = f"market={report.market_id}&days={DAYS}&within={window_hours:g}&to={last}"
    context = FactContext(first, last, None, f"/funnel?{query}")
    (answer,) = newsworthiness({"conversion": [_question(found)]})["conversion"]
    return [
        Candidate("bookings", _bookings(found, context), answer),
        Candidate("saved_or_not", saved_fact(saved, first, last, f"/drivers?{query}"), None),
    ]


def last_settled_day(report: WeekReport, window_hours: float) -> date:
    """The last local day whose alerts had all had their window when the week was over."""
    window, last = timedelta(hours=window_hours), report.last_date
    while local_day_start(last + DAY, report.timezone) + window > report.end_at:
        last -= DAY
    return last


def _question(found: AgainstBefore) -> Question:
    ratio = found.compared.crude
    if ratio is None or ratio.is_small or found.days_before < FEWEST_DAYS_BEFORE:
        return Question(p_value=None, ratio=None, reach=REACH)
    return Question(p_value=ratio.p_value, ratio=ratio.ratio, reach=REACH)


def _bookings(found: AgainstBefore, context: FactContext) -> Fact:
    this, before, ratio = found.compared.first, found.compared.second, found.compared.crude
    assert this is not None  # alerts were sent
    interval = None if ratio is None or ratio.is_small else ratio.interval
    return bookings_fact(this, before, interval, context, days_before=found.days_before)
