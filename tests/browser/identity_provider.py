"""An OpenID Connect provider that believes whoever says who they are: for tests of the login."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

import uvicorn
from fastapi import FastAPI, Form
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID = "table-stakes"
FORM = """
<h1>Who are you?</h1>
<form action="/logged-in">
  <input name="email" aria-label="E-mail">
  <label><input name="is_verified" type="checkbox" value="true" checked> verified</label>
  <input name="redirect_uri" type="hidden" value="{redirect_uri}">
  <input name="state" type="hidden" value="{state}">
  <input name="nonce" type="hidden" value="{nonce}">
  <button>Go on</button>
</form>
"""


@contextmanager
def identity_provider(port: int) -> Iterator[str]:
    """Runs it on this machine; the address of its metadata, until it is stopped."""
    server = uvicorn.Server(uvicorn.Config(_provider(port), port=port, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{port}/.well-known/openid-configuration"
    finally:
        server.should_exit = True
        thread.join()


def _provider(port: int) -> FastAPI:
    app = FastAPI()
    issuer = f"http://127.0.0.1:{port}"
    key = RSAKey.generate_key(2048, parameters={"kid": "1"})
    claims_of_code: dict[str, dict[str, object]] = {}

    @app.get("/.well-known/openid-configuration")
    def metadata() -> dict[str, object]:
        return {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "jwks_uri": f"{issuer}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    @app.get("/keys")
    def keys() -> dict[str, object]:
        return {"keys": [key.as_dict(private=False)]}

    @app.get("/authorize")
    def authorize(redirect_uri: str, state: str, nonce: str = "") -> HTMLResponse:
        return HTMLResponse(FORM.format(redirect_uri=redirect_uri, state=state, nonce=nonce))

    @app.get("/logged-in")
    def logged_in(
        email: str, redirect_uri: str, state: str, nonce: str, is_verified: bool = False
    ) -> RedirectResponse:
        code = f"code-{len(claims_of_code)}"
        claims_of_code[code] = {"email": email, "email_verified": is_verified, "nonce": nonce}
        return RedirectResponse(f"{redirect_uri}?{urlencode({'code': code, 'state': state})}")

    @app.post("/token")
    def token(code: str = Form()) -> JSONResponse:
        now = int(time.time())
        claims = {"iss": issuer, "sub": code, "aud": CLIENT_ID, "iat": now, "exp": now + 600}
        id_token = jwt.encode(
            {"alg": "RS256", "kid": "1"}, {**claims, **claims_of_code.pop(code)}, key
        )
        answer = {"access_token": code, "token_type": "Bearer", "expires_in": 600}
        return JSONResponse({**answer, "id_token": id_token})

    return app
