"""GET /chat/watches/…: the published metrics."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api import models
from api.access import requires
from api.answers import JsonResponse, records
from api.parameters import AsOf, Days, Limit, Market, Neighborhood, VenueId, WindowDays
from api.state import Database, Now
from db import insights

router = APIRouter(
    prefix="/chat/watches",
    tags=["metrics"],
    dependencies=[Depends(requires("read", "read:metrics"))],
)

RANKS = ("rank", "rank_lower", "rank_upper", "rank_tied")


@router.get("/venue-metrics", response_model=models.VenueMetrics)
def venue_metrics(
    engine: Database,
    now: Now,
    days: Days = 14,
    limit: Limit = 100,
    as_of: AsOf = None,
    venue_id: VenueId = None,
    neighborhood: Neighborhood = None,
    market: Market = None,
) -> JsonResponse:
    """Venues' single days, scarcest first, undefined last."""
    rows = insights.venue_metrics(
        engine,
        now=now,
        days=days,
        limit=limit,
        as_of=as_of,
        venue_id=venue_id,
        neighborhood=neighborhood,
        market=market,
    )
    return JsonResponse({"venue_metrics": records(rows), "days": days, "limit": limit})


@router.get("/venue-rolling-metrics", response_model=models.VenueRollingMetrics)
def venue_rolling_metrics(
    engine: Database,
    now: Now,
    window_days: WindowDays = 14,
    limit: Limit = 300,
    as_of: AsOf = None,
    venue_id: VenueId = None,
    neighborhood: Neighborhood = None,
    market: Market = None,
) -> JsonResponse:
    """The ranking: hardest first, unscored venues last, each with its intervals. Of the newest
    scored day not after `as_of`, which the rows name."""
    rows = insights.venue_rolling_metrics(
        engine,
        now=now,
        window_days=window_days,
        limit=limit,
        as_of=as_of,
        venue_id=venue_id,
        neighborhood=neighborhood,
        market=market,
    )
    return JsonResponse(
        {
            "venue_rolling_metrics": records(rows, whole_numbers=RANKS),
            "window_days": window_days,
            "limit": limit,
        }
    )


@router.get("/market-metrics", response_model=models.MarketMetrics)
def market_metrics(
    engine: Database,
    now: Now,
    days: Days = 14,
    metric_type: Annotated[
        list[Annotated[str, Query(max_length=200, pattern=r"^[a-z_]+$")]] | None,
        Query(description="repeatable; by default all"),
    ] = None,
    as_of: AsOf = None,
    market: Market = None,
) -> JsonResponse:
    """Markets' single days, newest first."""
    rows = insights.market_metrics(
        engine, now=now, days=days, metric_types=metric_type, as_of=as_of, market=market
    )
    return JsonResponse({"market_metrics": records(rows), "days": days})
