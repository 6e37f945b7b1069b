"""What an edition prints: the lead, five to eight items, the number of the week.

News comes first, by score; then what stands in every edition fills up to five. Nothing whose
verdict is *do not print* is ever chosen, and no kind or subject takes the edition over.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from db.insights import Candidate
from metrics.facts import Verdict

FEWEST_ITEMS, MOST_ITEMS = 5, 8
MOST_OF_A_KIND = 2
MOST_OF_A_SUBJECT = 3


def chosen_items(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The items in the order they are printed, news first."""
    printable = [one for one in candidates if one.fact.printable is not None]
    news = [one for one in printable if one.answer is not None and one.answer.is_news]
    news.sort(key=lambda one: (-score(one), one.key))
    items = _varied(news, MOST_ITEMS)
    standing = [one for one in printable if one not in news and _stands(one)]
    return items + _varied(standing, max(FEWEST_ITEMS - len(items), 0), items)


def number_of_the_week(items: Sequence[Candidate]) -> Candidate | None:
    """The item whose figure stands beside the text, never the lead: the second piece of news, else
    the week's total, else the first item whose figure says something by itself (those printed as
    worded first); None where there is none."""
    others = [one for one in items[1:] if one.fact.number]
    news = [one for one in others if one.answer is not None and one.answer.is_news]
    total = [one for one in others if one.key == "market_week"]
    telling = [one for one in others if one.fact.kind not in ("rank", "release_clock")]
    telling.sort(key=lambda one: one.fact.verdict is not Verdict.PRINT)
    return next(iter([*news[:1], *total, *telling]), None)


def score(candidate: Candidate) -> float:
    """How newsworthy it is; 0 for what stands in every edition."""
    return 0.0 if candidate.answer is None else candidate.answer.score


def _stands(candidate: Candidate) -> bool:
    """What may fill an edition up: what is told every week, trends that go on, the total."""
    return candidate.answer is None or candidate.key.startswith(("market_week", "trend:"))


def _varied(
    candidates: Iterable[Candidate], limit: int, before: Sequence[Candidate] = ()
) -> list[Candidate]:
    kinds = Counter(one.fact.kind for one in before)
    subjects = Counter(_subject(one) for one in before)
    taken: list[Candidate] = []
    for one in candidates:
        if len(taken) >= limit:
            break
        subject = _subject(one)
        if kinds[one.fact.kind] >= MOST_OF_A_KIND:
            continue
        if subject and subjects[subject] >= MOST_OF_A_SUBJECT:
            continue
        kinds[one.fact.kind] += 1
        subjects[subject] += 1
        taken.append(one)
    return taken


def _subject(candidate: Candidate) -> str:
    """Whom it is about, "" for the market."""
    return candidate.key.partition(":")[2]
