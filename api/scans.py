"""POST /scans: when the poller looked, and whether it saw anything."""

from fastapi import APIRouter, Depends, Request

from api import models
from api.access import requires
from api.answers import JsonResponse
from api.deliveries import IdempotencyKey, answer_delivery, body_of
from api.state import Database, Now
from db.intake import SCANS
from db.scan_writes import accept_scans

router = APIRouter(tags=["scans"])


@router.post(
    "/scans",
    response_model=models.Accepted,
    dependencies=[Depends(requires("write:events"))],
    openapi_extra=body_of("scans"),
)
async def scans(
    request: Request, engine: Database, now: Now, idempotency_key: IdempotencyKey = None
) -> JsonResponse:
    """Takes in scans: good rows are accepted, bad ones quarantined with their reason."""
    return await answer_delivery(
        request,
        engine,
        SCANS,
        "POST /scans",
        idempotency_key,
        lambda delivery: accept_scans(engine, delivery, received_at=now),
    )
