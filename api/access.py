"""Who may ask: bearer keys with scopes, and without any key this machine only.

Where there is a login (roles are refused without one) others than this machine are expected, often
by way of a proxy on it, which makes everybody look local: then nobody may ask without a key.
"""

import hashlib
import hmac
import ipaddress
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import urlsplit

from fastapi import Request

from api.problems import ProblemError
from api.state import AppState
from settings import ApiKey, Scope


def requires(*scopes: Scope) -> Callable[[Request, AppState], None]:
    """The dependency of a route that only keys with one of these scopes may use."""

    def check(request: Request, state: AppState) -> None:
        keys = state.settings.api_keys
        if keys:
            _check_key(request, keys, scopes)
        elif state.settings.roles:
            raise ProblemError(
                HTTPStatus.FORBIDDEN,
                "A login is configured (TABLESTAKES_ROLES) but no API keys are, so the API answers "
                "nobody: set TABLESTAKES_API_KEYS (docs/access.md).",
            )
        else:
            _check_local(request)

    return check


def _check_key(request: Request, keys: tuple[ApiKey, ...], scopes: tuple[Scope, ...]) -> None:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        raise ProblemError(
            HTTPStatus.UNAUTHORIZED,
            "Send a key, as in Authorization: Bearer <key>.",
            {"WWW-Authenticate": "Bearer"},
        )
    digest = hashlib.sha256(token.strip().encode("latin-1")).hexdigest()
    # All keys are looked at, so that the time taken tells nothing about any of them.
    matching = [key for key in keys if hmac.compare_digest(key.digest, digest)]
    if not matching:
        raise ProblemError(
            HTTPStatus.UNAUTHORIZED,
            "The key is not one of TABLESTAKES_API_KEYS.",
            {"WWW-Authenticate": 'Bearer error="invalid_token"'},
        )
    if not any(key.scopes.intersection(scopes) for key in matching):
        raise ProblemError(
            HTTPStatus.FORBIDDEN,
            f"The key lacks the scope {' or '.join(scopes)}.",
            {"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{scopes[0]}"'},
        )


def _check_local(request: Request) -> None:
    """Without keys the API is for this machine, and not for web pages that its browser is showing:
    a page of another origin can send a POST here without asking first."""
    if request.client is not None and not _is_loopback(request.client.host):
        raise ProblemError(
            HTTPStatus.FORBIDDEN,
            "No API keys are configured, so only this machine may ask: set TABLESTAKES_API_KEYS.",
        )
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("Host"):
        raise ProblemError(
            HTTPStatus.FORBIDDEN,
            "No API keys are configured, so pages of other sites may not ask: set "
            "TABLESTAKES_API_KEYS.",
        )


def _is_loopback(host: str) -> bool:
    """Whether a peer is this machine; one without an IP address came in by a socket."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return True
    mapped = getattr(address, "ipv4_mapped", None)
    return address.is_loopback or (mapped is not None and mapped.is_loopback)
