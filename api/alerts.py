"""POST /alerts/track and GET /conversion/funnel: what users did with alerts, what came of it."""

import hashlib
import hmac
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from starlette.concurrency import run_in_threadpool

from api import models
from api.access import requires
from api.answers import JsonResponse
from api.bodies import MAX_EVENTS, read_events, receive_body, unpacked
from api.deliveries import body_of
from api.parameters import AsOf, Days, Market
from api.problems import ProblemError
from api.state import AppState, Database, Now
from db import insights
from db.alert_writes import PostOutcome, accept_alerts, accept_posts
from db.deliveries import Delivery
from db.engine import Engine
from db.insights.conversion import LONGEST_WINDOW_HOURS, Funnel, FunnelRow, funnel
from db.intake import ALERTS
from db.json_rows import chunk_of_json
from db.user_keys import NoUserKeySecretError, user_key_secret
from metrics.proportions import Proportion

router = APIRouter(tags=["alerts"])

SOURCE = "POST /alerts/track"
MOST_TO_GATHER = 20  # events; a larger post is worth a transaction of its own

Breakdown = Literal[
    "venue",
    "neighborhood",
    "tier",
    "daypart",
    "weekday",
    "hour",
    "goal_match",
    "channel",
    "message_variant",
]


@router.post(
    "/alerts/track",
    response_model=models.Tracked,
    dependencies=[Depends(requires("write:alerts"))],
    openapi_extra=body_of("alert events"),
)
async def track(request: Request, engine: Database, state: AppState, now: Now) -> JsonResponse:
    """Takes in one alert event or many: good ones are accepted, each once, bad ones named with
    their reason. What was sent before is a duplicate, so an app may send again what it is unsure
    of."""
    body = await receive_body(request)
    encoding = request.headers.get("Content-Encoding", "")

    def accept() -> JsonResponse:
        content = unpacked(body, encoding)
        events = read_events(content)
        secret = _secret(state)
        if len(events) <= MOST_TO_GATHER:

            def together(posts: list[list[object]]) -> list[PostOutcome]:
                return accept_posts(engine, posts, received_at=now, secret=secret, source=SOURCE)

            return _tracked(
                state.alert_posts.take(
                    events, lambda: _alone(engine, events, content, secret, now), together
                )
            )
        return _tracked(_alone(engine, events, content, secret, now))

    return await run_in_threadpool(accept)


def _alone(
    engine: Engine, events: list[object], content: bytes, secret: bytes, now: datetime
) -> PostOutcome:
    """One post as a delivery of its own, known by its bytes."""
    chunk = chunk_of_json(ALERTS, events)
    # Keyed, since the body holds ids of users.
    digest = hmac.new(secret, content, hashlib.sha256).hexdigest()
    accepted = accept_alerts(
        engine,
        Delivery(
            format=ALERTS,
            chunks=lambda: [chunk],
            idempotency_key=f"alerts:{digest}",
            content_sha256=digest,
            source=SOURCE,
        ),
        received_at=now,
        secret=secret,
    )
    refused = []
    if accepted.rejected:
        rows = insights.rejections(engine, MAX_EVENTS, batch_id=accepted.batch_id)
        refused = [(row.row_number - 1, row.reason) for row in rows.itertuples()]
    new = 0 if accepted.is_repeat else accepted.accepted
    return PostOutcome(accepted.received, new, tuple(refused))


def _tracked(outcome: PostOutcome) -> JsonResponse:
    rejected = len(outcome.refused)
    return JsonResponse(
        {
            "received": outcome.received,
            "accepted": outcome.accepted,
            "duplicate": outcome.received - outcome.accepted - rejected,
            "rejected": rejected,
            "errors": [{"index": index, "reason": reason} for index, reason in outcome.refused],
        }
    )


@router.get(
    "/conversion/funnel", response_model=models.Funnel, dependencies=[Depends(requires("read"))]
)
def conversion_funnel(
    engine: Database,
    now: Now,
    state: AppState,
    days: Days = 28,
    window_hours: Annotated[
        float | None,
        Query(
            gt=0,
            le=LONGEST_WINDOW_HOURS,
            description="by default TABLESTAKES_CONVERSION_WINDOW_HOURS",
        ),
    ] = None,
    by: Annotated[Breakdown | None, Query(description="rows that add up to the total")] = None,
    as_of: AsOf = None,
    market: Market = None,
) -> JsonResponse:
    """How far the alerts of the last days led. Rates are of settled alerts only: those whose window
    had passed at `settled_at`."""
    found = funnel(
        engine,
        now=now,
        days=days,
        window_hours=window_hours or state.settings.conversion_window_hours,
        by=by,
        as_of=as_of,
        market=market,
    )
    return JsonResponse(_funnel(found, days, by))


def _secret(state: AppState) -> bytes:
    try:
        return user_key_secret(state.settings)
    except NoUserKeySecretError as error:
        raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, str(error)) from None


def _funnel(found: Funnel, days: int, by: str | None) -> dict[str, Any]:
    answer = {
        "days": days,
        "window_hours": found.window_hours,
        "first_date": found.first_date,
        "last_date": found.last_date,
        "settled_at": found.settled_at,
        **_row(found.total),
    }
    if by is not None:
        answer |= {"by": by, "rows": [{"key": row.key, **_row(row)} for row in found.rows]}
    return answer


def _row(row: FunnelRow) -> dict[str, Any]:
    return {
        "settled": row.sent,
        "unsettled": row.unsettled,
        "steps": [
            {
                "step": step.step,
                "count": step.count,
                "step_rate": _rate(step.rate),
                "overall_rate": _rate(step.overall),
            }
            for step in row.steps
        ],
        "losses": row.losses,
    }


def _rate(share: Proportion | None) -> dict[str, float] | None:
    if share is None:
        return None
    return {"rate": share.share, "lower": share.lower, "upper": share.upper}
