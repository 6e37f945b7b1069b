"""GET /digests: the weekly editions as JSON, and as an Atom feed."""

from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import HTMLResponse, Response

import editions
from api import models
from api.access import requires
from api.answers import JsonResponse
from api.parameters import Market
from api.problems import ProblemError
from api.state import AppState, Database, Now
from db import digests, insights, subscribers
from metrics.calendar import parse_iso_week

Audience = Annotated[
    Literal["public", "internal"], Query(description="the internal edition also has conversion")
]


def _may_read(request: Request, state: AppState, audience: Audience = "public") -> None:
    """The internal edition tells of conversion, which keys for metrics alone do not read."""
    check = requires("read", "read:metrics") if audience == "public" else requires("read")
    check(request, state)


router = APIRouter(prefix="/digests", tags=["digests"], dependencies=[Depends(_may_read)])
# Whoever holds the token may use it: mail clients send no keys.
leaving = APIRouter(prefix="/digests", tags=["digests"])

Token = Annotated[str, Path(min_length=20, max_length=100, pattern=r"^[A-Za-z0-9_-]+$")]
ATOM = "application/atom+xml"


@router.get("", response_model=models.Digests)
def all_digests(
    engine: Database, market: Market = None, audience: Audience = "public"
) -> JsonResponse:
    """The latest revision of every edition, the newest week first."""
    if market is not None:
        insights.markets_asked_for(engine, market)
    found = digests.editions(engine, market_id=market, audience=audience)
    return JsonResponse({"digests": [_summary(one) for one in found], "audience": audience})


@router.get("/feed.atom", response_class=Response, responses={200: {"content": {ATOM: {}}}})
def feed(
    engine: Database, state: AppState, market: Market = None, audience: Audience = "public"
) -> Response:
    """The same as an Atom feed. Links begin with the address that is set, if one is."""
    if market is not None:
        insights.markets_asked_for(engine, market)
    found = digests.editions(engine, market_id=market, audience=audience)
    text = editions.atom_feed(
        [editions.Printed.of(one) for one in found],
        base_url=state.settings.public_url or "",
        title="Table Stakes: state of reservations",
    )
    return Response(text, media_type=ATOM)


@router.get("/{iso_week}", response_model=models.Digest)
def digest(
    engine: Database,
    iso_week: Annotated[str, Path(description="as in 2026-W46", max_length=20)],
    market: Market = None,
    audience: Audience = "public",
    revision: Annotated[int | None, Query(ge=1, le=30_000)] = None,
) -> JsonResponse:
    """A week's edition of the market named or else of the default one: its frozen facts."""
    try:
        week = str(parse_iso_week(iso_week))
    except ValueError as error:
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, f"iso_week: {error}.") from None
    market_id = market or insights.default_market(engine)
    insights.markets_asked_for(engine, market_id)
    found = digests.edition(engine, market_id, week, audience, revision=revision)
    if found is None:
        known = [one.iso_week for one in digests.editions(engine, market_id=market_id)][:10]
        raise ProblemError(
            HTTPStatus.NOT_FOUND,
            f"There is no {audience} edition of {week} for {market_id}"
            f"{'' if revision is None else f' with revision {revision}'}. There are: "
            f"{', '.join(known) or 'none yet'}.",
        )
    return JsonResponse({**_summary(found), "changes": found.changes, "facts": found.facts})


@leaving.get("/unsubscribe/{token}", response_class=HTMLResponse)
def ask_to_unsubscribe(token: Token) -> HTMLResponse:
    """A page with the button: scanners of mails follow links, and must not end anything."""
    return HTMLResponse(editions.unsubscribe_page(is_done=False))


@leaving.post("/unsubscribe/{token}", response_class=HTMLResponse)
def unsubscribe(engine: Database, now: Now, token: Token) -> HTMLResponse:
    """Ends the subscription (RFC 8058's one click, too). Twice is as once."""
    if not subscribers.unsubscribe(engine, token, now=now):
        raise ProblemError(HTTPStatus.NOT_FOUND, "There is no such subscription.")
    return HTMLResponse(editions.unsubscribe_page(is_done=True))


def _summary(found: digests.Edition) -> dict[str, Any]:
    return {
        "market_id": found.market_id,
        "iso_week": found.iso_week,
        "audience": found.audience,
        "number": found.number,
        "revision": found.revision,
        "revised_on": found.revised_on,
        "first_date": found.first_date,
        "last_date": found.facts["last_date"],
        "kind": found.facts["kind"],
        "headline": found.facts["headline"],
        "is_simulated": found.facts["is_simulated"],
        "coverage_rate": found.coverage_rate,
        "is_coverage_assumed": found.is_coverage_assumed,
        "method_version": found.method_version,
        "content_sha256": found.content_sha256,
    }
