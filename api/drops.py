"""GET /drops/live and POST /events."""

from fastapi import APIRouter, Depends, Request

from api import models
from api.access import requires
from api.answers import JsonResponse, records
from api.deliveries import IdempotencyKey, answer_delivery, body_of
from api.parameters import Limit, Market
from api.state import AppState, Database, Now
from db import insights
from db.intake import DROPS
from db.writes import accept_drops

router = APIRouter(tags=["drops"])


@router.get(
    "/drops/live",
    response_model=models.LiveDrops,
    dependencies=[Depends(requires("read", "read:metrics"))],
)
def live_drops(
    engine: Database, now: Now, limit: Limit = 100, market: Market = None
) -> JsonResponse:
    """What is open now, newest first, and what was taken in the last hour. Of one market: the one
    named, or the default one."""
    market_id = market or insights.default_market(engine)
    open_drops = insights.live_drops(engine, market_id, now, limit)
    closed = insights.just_closed(engine, market_id, now, limit)
    return JsonResponse(
        {
            "market_id": market_id,
            "now": now,
            "data_through": insights.data_through(engine, market_id),
            "open_drops": records(open_drops),
            "just_closed": records(closed),
            "limit": limit,
        }
    )


@router.post(
    "/events",
    response_model=models.Accepted,
    dependencies=[Depends(requires("write:events"))],
    openapi_extra=body_of("drop events"),
)
async def accept_events(
    request: Request,
    engine: Database,
    state: AppState,
    now: Now,
    idempotency_key: IdempotencyKey = None,
) -> JsonResponse:
    """Takes in drop events: good rows are accepted, bad ones quarantined with their reason."""
    return await answer_delivery(
        request,
        engine,
        DROPS,
        "POST /events",
        idempotency_key,
        lambda delivery: accept_drops(
            engine, delivery, received_at=now, max_lead_days=state.settings.max_lead_days
        ),
    )
