"""What an edition prints: the lead, five to eight items, the number of the week.

News comes first, by score; then what stands in every edition fills up to five. Nothing whose
verdict is *do not print* is ever chosen, and no kind or subject takes the edition over.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from db.insights import Candidate

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
    """The item whose figure stands beside the text: the second piece of news, else the week's
    total, else the first item that has a figure."""
    with_figures = [one for one in items if one.fact.number is not None]
    news = [one for one in with_figures if one.answer is not None and one.answer.is_news]
    total = [one for one in with_figures if one.key == "market_week"]
    return next(iter([*news[1:2], *total, *with_figures]), None)


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
