"""An OpenID Connect provider that speaks real HTTP and signs real tokens; anybody may be anybody.

Usage: python tests/fakes/oidc_provider.py PORT   (prints its issuer, then serves)

`/authorize` sends the browser straight back as the user named by `login_hint` (default `ha`).
`POST /misbehave` with `{"how": "nonce" | "audience" | "issuer" | "expired" | "key" | "none"}` makes the
next token wrong in that way.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import sys
import time
from typing import Any
from urllib.parse import urlencode

import jwt
import uvicorn
from cryptography.hazmat.primitives.asymmetric import rsa
from fastapi import FastAPI, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse

CLIENT_ID, CLIENT_SECRET = "motcua", "bí-mật"


def create_provider(issuer: str) -> FastAPI:
    """Return the provider's application."""
    app = FastAPI(openapi_url=None)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    codes: dict[str, dict[str, str]] = {}
    state: dict[str, Any] = {"how": "", "user": "ha"}

    @app.get("/.well-known/openid-configuration")
    async def about() -> dict[str, Any]:
        return {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "jwks_uri": f"{issuer}/jwks",
        }

    @app.get("/jwks")
    async def jwks() -> dict[str, Any]:
        public = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
        return {"keys": [{**public, "kid": "one", "use": "sig", "alg": "RS256"}]}

    @app.get("/authorize")
    async def authorize(request: Request) -> RedirectResponse:
        asked = dict(request.query_params)
        assert asked["client_id"] == CLIENT_ID
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(12)
        codes[code] = asked
        return RedirectResponse(
            f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}", 302
        )

    @app.post("/token")
    async def token(
        request: Request, code: str = Form(), code_verifier: str = Form(), redirect_uri: str = Form()
    ) -> JSONResponse:
        asked = codes.pop(code, None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(code_verifier.encode()).digest()).rstrip(b"=").decode()
        basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if (
            asked is None
            or asked["code_challenge"] != challenge
            or asked["redirect_uri"] != redirect_uri
            or request.headers.get("authorization") != f"Basic {basic}"
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        how, state["how"] = state["how"], ""
        claims = {
            "iss": f"{issuer}/other" if how == "issuer" else issuer,
            "aud": "another" if how == "audience" else CLIENT_ID,
            "sub": f"subject-of-{state['user']}",
            "preferred_username": state["user"],
            "nonce": "wrong" if how == "nonce" else asked["nonce"],
            "iat": int(time.time()) - 7200 * (how == "expired"),
            "exp": int(time.time()) + 300 - 7200 * (how == "expired"),
        }
        if how == "none":
            signed = jwt.encode(claims, None, algorithm="none", headers={"kid": "one"})
        else:
            signed = jwt.encode(claims, stranger if how == "key" else key, "RS256", headers={"kid": "one"})
        return JSONResponse({"id_token": signed, "access_token": "x", "token_type": "Bearer"})

    @app.post("/misbehave")
    async def misbehave(request: Request) -> dict[str, Any]:
        state.update(await request.json())
        return state

    return app


if __name__ == "__main__":
    port = int(sys.argv[1])
    address = f"http://127.0.0.1:{port}"
    print(address, flush=True)
    uvicorn.run(create_provider(address), host="127.0.0.1", port=port, log_config=None, ws="none")
