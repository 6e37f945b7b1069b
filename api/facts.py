"""GET /facts: what may be printed about a venue or a market, and what backs it."""

from http import HTTPStatus

from fastapi import APIRouter, Depends

from api import models
from api.access import requires
from api.answers import JsonResponse
from api.parameters import AsOf, Market, VenueId
from api.problems import ProblemError
from api.state import Database, Now
from db import insights
from metrics.calendar import local_date

router = APIRouter(tags=["facts"], dependencies=[Depends(requires("read", "read:metrics"))])


@router.get("/facts", response_model=models.Facts)
def facts(
    engine: Database,
    now: Now,
    venue_id: VenueId = None,
    market: Market = None,
    as_of: AsOf = None,
) -> JsonResponse:
    """Facts of the venue named or else of a market: the one named, or the default one. As of the
    last complete day unless another is asked for."""
    if venue_id is not None and market is not None:
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "Name a venue_id or a market.")
    market_id = market or insights.default_market(engine)
    if venue_id is not None:
        market_id = insights.venue(engine, venue_id).market_id
    reach = insights.progress(engine, market_id)
    as_of = as_of or reach.complete_through or local_date(now, reach.timezone)
    if venue_id is not None:
        found = insights.venue_facts(engine, venue_id, as_of, now=now)
    else:
        found = insights.market_facts(engine, market_id, as_of, now=now)
    return JsonResponse({"facts": [insights.fact_as_json(fact) for fact in found]})
