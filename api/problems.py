"""What goes wrong, as `application/problem+json` (RFC 9457): never a 200, never a bare page."""

import logging
from collections.abc import Mapping
from http import HTTPStatus

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from db.insights import DATABASE_UNAVAILABLE, UnknownMarketError, UnknownVenueError
from db.writes import IdempotencyConflictError

MEDIA_TYPE = "application/problem+json"

log = logging.getLogger("tablestakes.api")


class ProblemError(Exception):
    """An answer other than success: what was wrong and how to mend it, in `detail`."""

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        headers: Mapping[str, str] | None = None,
        **members: object,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = headers
        self.members = members


def problem(
    status: int, detail: str, headers: Mapping[str, str] | None = None, **members: object
) -> Response:
    """The response; `members` are further fields of the problem."""
    content = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    return Response(
        orjson.dumps({**content, "detail": detail, **members}),
        status_code=status,
        headers=headers,
        media_type=MEDIA_TYPE,
    )


def answer_with_problems(app: FastAPI) -> None:
    """Makes every failure of the app a problem."""

    @app.exception_handler(ProblemError)
    async def _problem(_request: Request, error: ProblemError) -> Response:
        return problem(error.status, error.detail, error.headers, **error.members)

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        detail = {
            HTTPStatus.NOT_FOUND: f"There is nothing at {request.url.path}; /docs lists the paths.",
            HTTPStatus.METHOD_NOT_ALLOWED: f"{request.url.path} has no {request.method}.",
        }.get(HTTPStatus(error.status_code), error.detail)
        return problem(error.status_code, detail, error.headers)

    @app.exception_handler(RequestValidationError)
    async def _parameters(_request: Request, error: RequestValidationError) -> Response:
        errors = [
            {
                "parameter": str(item["loc"][-1]),
                "reason": item["msg"].removeprefix("Value error, "),
            }
            for item in error.errors()
        ]
        detail = "; ".join(f"{item['parameter']}: {item['reason']}" for item in errors)
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors=errors)

    @app.exception_handler(UnknownMarketError)
    @app.exception_handler(UnknownVenueError)
    async def _unknown(_request: Request, error: Exception) -> Response:
        return problem(HTTPStatus.NOT_FOUND, str(error))

    @app.exception_handler(IdempotencyConflictError)
    async def _conflict(_request: Request, _error: IdempotencyConflictError) -> Response:
        return problem(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "The Idempotency-Key stands for other content: send new content with a new key.",
        )

    async def _unavailable(_request: Request, error: Exception) -> Response:
        log.error("The database cannot be used: %s", error)
        return problem(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "The database cannot be used at the moment. Nothing was stored; send it again.",
            {"Retry-After": "5"},
        )

    for kind in DATABASE_UNAVAILABLE:
        app.add_exception_handler(kind, _unavailable)

    @app.exception_handler(Exception)
    async def _unexpected(_request: Request, _error: Exception) -> Response:
        # The server logs the exception itself; its text is none of the caller's business.
        return problem(
            HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong here; the log says what."
        )
