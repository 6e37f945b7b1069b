"""Bodies of requests: never more than the limit, packed or unpacked; then JSON, or lines of it."""

import zlib
from http import HTTPStatus

import orjson
from fastapi import Request
from starlette.requests import ClientDisconnect

from api.problems import ProblemError

MAX_BODY_BYTES = 10 * 1024 * 1024
MAX_EVENTS = 10_000

_GZIP_MAGIC = b"\x1f\x8b"
_MOST_MEMBERS = 100  # of a gzip file put together from several
_BOM = b"\xef\xbb\xbf"


async def receive_body(request: Request) -> bytes:
    """The body as it was sent. Raises `ProblemError` (413, 400)."""
    declared = request.headers.get("Content-Length", "")
    if declared.isdecimal() and int(declared) > MAX_BODY_BYTES:
        raise _too_large()
    body = bytearray()
    try:
        async for part in request.stream():
            body += part
            if len(body) > MAX_BODY_BYTES:
                raise _too_large()
    except ClientDisconnect:
        raise ProblemError(HTTPStatus.BAD_REQUEST, "The body ended early.") from None
    return bytes(body)


def unpacked(body: bytes, encoding: str) -> bytes:
    """The body without its Content-Encoding. Raises `ProblemError` (413, 415, 400)."""
    encoding = encoding.strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip"):
        raise ProblemError(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            f"Content-Encoding {encoding} is not known: send gzip, or the body as it is.",
            {"Accept-Encoding": "gzip"},
        )
    # JSON never begins like this, so a packed file is known even when nobody says so.
    if encoding not in ("gzip", "x-gzip") and not body.startswith(_GZIP_MAGIC):
        return body
    content = bytearray()
    try:
        for _ in range(_MOST_MEMBERS):
            member = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
            content += member.decompress(body, MAX_BODY_BYTES + 1 - len(content))
            if len(content) > MAX_BODY_BYTES:
                raise _too_large(" when unpacked")
            if not member.eof:
                raise ProblemError(HTTPStatus.BAD_REQUEST, "The gzip body ends early.")
            body = member.unused_data
            if not body:
                return bytes(content)
    except zlib.error as error:
        raise ProblemError(HTTPStatus.BAD_REQUEST, f"The body is not gzip: {error}.") from None
    raise ProblemError(HTTPStatus.BAD_REQUEST, "The gzip body has too many members.")


def read_events(body: bytes) -> list[object]:
    """The events of a JSON array, or of one JSON object a line, whatever each of them is.

    Raises `ProblemError`: 400 with the line where the JSON is malformed, 413 for too many events.
    """
    text = body.removeprefix(_BOM)
    if not text.strip():
        raise ProblemError(
            HTTPStatus.BAD_REQUEST, "The body is empty: send a JSON array, or one event a line."
        )
    events = _parsed(text)
    if len(events) > MAX_EVENTS:
        raise ProblemError(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"{len(events):,} events are more than the {MAX_EVENTS:,} of one call: split them.",
        )
    return events


def _parsed(text: bytes) -> list[object]:
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        if text.lstrip().startswith(b"["):
            raise _malformed(error, error.lineno) from None
        return _lines(text)
    return document if isinstance(document, list) else [document]


def _lines(text: bytes) -> list[object]:
    events: list[object] = []
    for number, line in enumerate(text.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            events.append(orjson.loads(line))
        except orjson.JSONDecodeError as error:
            raise _malformed(error, number) from None
    return events


def _malformed(error: orjson.JSONDecodeError, line: int) -> ProblemError:
    return ProblemError(
        HTTPStatus.BAD_REQUEST,
        f"Malformed JSON in line {line}, column {error.colno}: {error.msg}. Send a JSON array, or "
        "one event a line.",
        line=line,
        column=error.colno,
    )


def _too_large(how: str = "") -> ProblemError:
    return ProblemError(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        f"The body is larger than {MAX_BODY_BYTES // 1024**2} MiB{how}: split it.",
    )
