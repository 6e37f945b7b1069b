"""GET /drops/live and POST /events."""

import hashlib
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request
from starlette.concurrency import run_in_threadpool

from api import models
from api.access import requires
from api.answers import JsonResponse, records
from api.bodies import MAX_BODY_BYTES, MAX_EVENTS, read_events, receive_body, unpacked
from api.parameters import Limit, Market
from api.state import AppState, Database, Now
from db import insights
from db.intake import DROPS
from db.json_rows import chunk_of_json
from db.writes import Delivery, accept_drops

router = APIRouter(tags=["drops"])

MOST_ERRORS = 100
EVENTS_BODY = {
    "requestBody": {
        "required": True,
        "description": f"A JSON array of drop events or one a line, up to {MAX_EVENTS:,} in "
        f"{MAX_BODY_BYTES // 1024**2} MiB, before and after unpacking.",
        "content": {
            "application/json": {"schema": {"type": "array", "items": {"type": "object"}}},
            "application/x-ndjson": {"schema": {"type": "string"}},
        },
    }
}


@router.get(
    "/drops/live", response_model=models.LiveDrops, dependencies=[Depends(requires("read"))]
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
    openapi_extra=EVENTS_BODY,
)
async def accept_events(
    request: Request,
    engine: Database,
    state: AppState,
    now: Now,
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=1,
            max_length=200,
            pattern=r"^[\x20-\x7e]+$",
            description="sent again with the same body it changes nothing; by default the body's "
            "SHA-256",
        ),
    ] = None,
) -> JsonResponse:
    """Takes in drop events: good rows are accepted, bad ones quarantined with their reason."""
    body = await receive_body(request)
    encoding = request.headers.get("Content-Encoding", "")

    def accept() -> JsonResponse:
        content = unpacked(body, encoding)
        chunk = chunk_of_json(DROPS, read_events(content))
        digest = hashlib.sha256(content).hexdigest()
        acceptance = accept_drops(
            engine,
            Delivery(
                format=DROPS,
                chunks=lambda: [chunk],
                # Keys that callers choose never meet those the pipeline gives its own batches.
                idempotency_key=digest if idempotency_key is None else f"http:{idempotency_key}",
                content_sha256=digest,
                source="POST /events",
            ),
            received_at=now,
            max_lead_days=state.settings.max_lead_days,
        )
        refused = insights.rejections(engine, MOST_ERRORS, batch_id=acceptance.batch_id)
        return JsonResponse(
            {
                "batch_id": acceptance.batch_id,
                "received": acceptance.received,
                "accepted": acceptance.accepted,
                "duplicate": acceptance.duplicate,
                "pending": acceptance.pending,
                "rejected": acceptance.rejected,
                "late": acceptance.late,
                "is_repeat": acceptance.is_repeat,
                "errors": [
                    {"index": row.row_number - 1, "reason": row.reason}
                    for row in refused.itertuples()
                ],
            },
            HTTPStatus.OK,
        )

    return await run_in_threadpool(accept)
