"""POST /events and /scans have this in common: a body, its key, and what became of its rows."""

import hashlib
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Header, Request
from starlette.concurrency import run_in_threadpool

from api.answers import JsonResponse
from api.bodies import MAX_BODY_BYTES, MAX_EVENTS, read_events, receive_body, unpacked
from db import insights
from db.deliveries import Acceptance, Delivery
from db.engine import Engine
from db.intake import Format
from db.json_rows import chunk_of_json

MOST_ERRORS = 100

IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=200,
        pattern=r"^[\x20-\x7e]+$",
        description="sent again with the same body it changes nothing; by default the route and "
        "the body's SHA-256",
    ),
]


def body_of(rows: str) -> dict[str, Any]:
    """The OpenAPI description of a body that holds these rows."""
    return {
        "requestBody": {
            "required": True,
            "description": f"A JSON array of {rows} or one a line, up to {MAX_EVENTS:,} in "
            f"{MAX_BODY_BYTES // 1024**2} MiB, before and after unpacking.",
            "content": {
                "application/json": {"schema": {"type": "array", "items": {"type": "object"}}},
                "application/x-ndjson": {"schema": {"type": "string"}},
            },
        }
    }


async def answer_delivery(
    request: Request,
    engine: Engine,
    format: Format,
    source: str,
    idempotency_key: str | None,
    accept: Callable[[Delivery], Acceptance],
) -> JsonResponse:
    """Accepts the request's body as one delivery and answers with what became of each row."""
    body = await receive_body(request)
    encoding = request.headers.get("Content-Encoding", "")

    def accept_body() -> JsonResponse:
        content = unpacked(body, encoding)
        chunk = chunk_of_json(format, read_events(content))
        digest = hashlib.sha256(content).hexdigest()
        acceptance = accept(
            Delivery(
                format=format,
                chunks=lambda: [chunk],
                # Keys that callers choose never meet those the pipeline gives its own batches.
                idempotency_key=f"{format.kind}:{digest}"
                if idempotency_key is None
                else f"http:{idempotency_key}",
                content_sha256=digest,
                source=source,
            )
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
            }
        )

    return await run_in_threadpool(accept_body)
