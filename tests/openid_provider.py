"""An OpenID provider in a process of its own, which can be told to lie.

`python -m tests.openid_provider` prints its address. Whom it signs in and how its ID tokens are
wrong is set by POST /behave; everything else it does as the specifications say: codes are good for
once, and only with their PKCE verifier, redirect address and client secret.
"""

import base64
import hashlib
import hmac
import json
import secrets
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import requests
from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID, CLIENT_SECRET = "kotae", "wJ4-only_between~us"
KIM = {
    "sub": "7f3a",
    "email": "kim@example.com",
    "email_verified": True,
    "name": "Kim Haneul",
    "groups": ["help-writers", "everybody"],
}
ROOT = Path(__file__).resolve().parents[1]


class Provider:
    """What it knows: its keys, codes that were given out, whom to sign in, how to lie."""

    def __init__(self):
        self.key = RSAKey.generate_key(2048, {"kid": "first", "alg": "RS256", "use": "sig"})
        self.other_key = RSAKey.generate_key(2048, {"kid": "first", "alg": "RS256"})
        self.codes, self.tokens = {}, {}
        self.user, self.lies, self.issuer = dict(KIM), {}, ""

    def behave(self, wanted):
        self.user = wanted.get("user", dict(KIM))
        self.lies = wanted.get("lies", {})
        if self.lies.get("new_key"):
            self.key = RSAKey.generate_key(2048, {"kid": "second", "alg": "RS256", "use": "sig"})

    def describe(self):
        names = {"authorization": "authorize", "token": "token", "userinfo": "userinfo"}
        endpoints = {f"{name}_endpoint": f"{self.issuer}/{path}" for name, path in names.items()}
        return endpoints | {
            "issuer": self.lies.get("called", self.issuer),
            "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
        }

    def grant(self, asked):
        """The address to send the browser back to."""
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT_ID
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        back = {"state": asked["state"], "iss": self.lies.get("answers_as", self.issuer)}
        if self.lies.get("denied"):
            return f"{asked['redirect_uri']}?{urlencode(back | {'error': 'access_denied'})}"
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode(back | {'code': code})}"

    def redeem(self, sent, authorization):
        expected = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if authorization != f"Basic {expected}":
            return 401, {"error": "invalid_client"}
        asked = self.codes.pop(sent.get("code"), None)
        digest = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if (
            asked is None
            or asked["redirect_uri"] != sent.get("redirect_uri")
            or asked["code_challenge"] != challenge
        ):
            return 400, {"error": "invalid_grant"}
        access = secrets.token_urlsafe(16)
        self.tokens[access] = self.user
        answer = {"access_token": access, "token_type": "Bearer", "expires_in": 60}
        return 200, answer | {"id_token": self.sign(self.claims(asked, access))}

    def tell(self, authorization):
        known = self.tokens[authorization.removeprefix("Bearer ")]
        return known | self.lies.get("userinfo", {})

    def claims(self, asked, access):
        half = hashlib.sha256(access.encode()).digest()[:16]
        now = int(time.time())
        told = {} if self.lies.get("terse") else self.user
        made = {
            "iss": self.issuer,
            "sub": self.user["sub"],
            "aud": CLIENT_ID,
            "exp": now + 300,
            "iat": now,
            "nonce": asked["nonce"],
            "at_hash": base64.urlsafe_b64encode(half).decode().rstrip("="),
        }
        made = told | made | self.lies.get("claims", {})
        return {name: value for name, value in made.items() if value is not None}

    def sign(self, claims):
        way = self.lies.get("signed", "")
        if way == "none":
            parts = ({"alg": "none", "typ": "JWT"}, claims)
            sealed = [base64.urlsafe_b64encode(json.dumps(part).encode()) for part in parts]
            return b".".join(part.rstrip(b"=") for part in sealed).decode() + "."
        if way == "secret":
            return hmac_signed(claims, CLIENT_SECRET.encode())
        if way == "public key":
            return hmac_signed(claims, self.key.as_pem(private=False))
        key = self.other_key if way == "other key" else self.key
        token = jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key)
        return token[:-8] + "AAAAAAAA" if way == "broken" else token


def hmac_signed(claims, secret):
    header = {"alg": "HS256", "kid": "first"}
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()) for part in (header, claims)]
    body = b".".join(part.rstrip(b"=") for part in parts)
    seal = base64.urlsafe_b64encode(hmac_sha256(secret, body)).rstrip(b"=")
    return b".".join((body, seal)).decode()


def hmac_sha256(secret, body):
    return hmac.new(secret, body, hashlib.sha256).digest()


def handler_for(provider):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            parts = urlsplit(self.path)
            pages = {
                "/.well-known/openid-configuration": provider.describe,
                "/keys": lambda: {"keys": [provider.key.as_dict(private=False)]},
                "/userinfo": lambda: provider.tell(self.headers.get("Authorization", "")),
            }
            if parts.path == "/authorize":
                asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
                self.send_response(303)
                self.send_header("Location", provider.grant(asked))
                self.end_headers()
            else:
                self.say(200, pages[parts.path]())

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            if self.path == "/behave":
                provider.behave(json.loads(body))
                self.say(200, {})
                return
            sent = {name: values[0] for name, values in parse_qs(body).items()}
            self.say(*provider.redeem(sent, self.headers.get("Authorization")))

        def say(self, status, value):
            body = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    return Handler


def start_provider():
    """The process and its address; end it with `terminate`."""
    command = [sys.executable, "-m", "tests.openid_provider"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    return process, process.stdout.readline().strip()


def behave(issuer, **wanted):
    """Tell the provider whom to sign in (`user`), and how to lie (`lies`)."""
    requests.post(f"{issuer}/behave", json=wanted, timeout=10).raise_for_status()


def main():
    provider = Provider()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_for(provider))
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    print(provider.issuer, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
