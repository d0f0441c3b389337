"""Tokens for tests, signed without jsonwebtoken."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

PACKAGE = '{ "name": "app", "dependencies": { "express": "^4.21.0", "jsonwebtoken": "^9.0.0" } }'
SECRET = "s3cret"


def token(claims: dict[str, object], secret: str = SECRET, algorithm: str = "HS256") -> str:
    """A token as jsonwebtoken signs it."""
    head = _part(json.dumps({"alg": algorithm, "typ": "JWT"}).encode())
    signed = f"{head}.{_part(json.dumps(claims).encode())}"
    return f"{signed}.{_part(hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest())}"


def _part(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
