"""A help desk in a thread: answers as Zendesk, Zammad and a webhook do, and keeps what it was sent.

The shapes are those that the makers document; see app/ticket_delivery/zendesk.py and zammad.py.
"""

import base64
import json
import socketserver
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

ZENDESK = "Basic " + base64.b64encode(b"agent@example.com/token:zd-token").decode()
ZAMMAD = "Token token=za-token"
POLL_SECONDS = 0.01
"""How often a server looks whether it is to stop: each of these tests starts and stops some."""


class HelpDesk:
    """`failures` are answers to give first: (status, headers); then it does its work."""

    def __init__(self):
        self.requests = []
        self.failures = []
        self.tickets = {}
        desk = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                desk.requests.append((self.path, dict(self.headers), body))
                status, headers, answer = desk.answer(self.path, self.headers, body)
                raw = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def do_GET(self):
                """Nobody should come this way: a redirect that was followed would."""
                desk.requests.append((self.path, dict(self.headers), b""))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(POLL_SECONDS,))
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def stop(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def answer(self, path, headers, body):
        if self.failures:
            status, more = self.failures.pop(0)
            return status, more, {"error": "not now"}
        parts = urlsplit(path)
        if parts.path == "/api/v2/uploads.json":
            return self.upload(parts, headers, body)
        if parts.path == "/api/v2/tickets.json":
            return self.zendesk_ticket(headers, json.loads(body))
        if parts.path == "/api/v1/tickets":
            return self.zammad_ticket(headers, json.loads(body))
        if parts.path == "/hook":
            return 200, {}, {"reference": "HOOK-1"}
        return 404, {}, {"error": "InvalidEndpoint"}

    def upload(self, parts, headers, body):
        if headers["Authorization"] != ZENDESK:
            return 401, {}, {"error": "Couldn't authenticate you"}
        name = parse_qs(parts.query)["filename"][0]
        attachment = {"id": 498483, "file_name": name, "content_type": headers["Content-Type"]}
        upload = {"token": f"token-{name}", "attachment": attachment | {"size": len(body)}}
        return 201, {}, {"upload": upload}

    def zendesk_ticket(self, headers, body):
        if headers["Authorization"] != ZENDESK:
            return 401, {}, {"error": "Couldn't authenticate you"}
        ticket = body["ticket"]
        if not ticket["comment"]["body"]:
            return 422, {}, {"error": "RecordInvalid", "description": "Comment cannot be blank"}
        key = headers["Idempotency-Key"]
        known = key in self.tickets
        number = self.tickets.setdefault(key, 35436 + len(self.tickets))
        shown = {"id": number, "external_id": ticket["external_id"], "status": "new"}
        return 201, {"x-idempotency-lookup": "hit" if known else "miss"}, {"ticket": shown}

    def zammad_ticket(self, headers, body):
        if headers["Authorization"] != ZAMMAD:
            return 401, {}, {"error": "Authentication required"}
        if not body["customer_id"].startswith("guess:"):
            return 422, {}, {"error": "Invalid value for param 'customer_id'"}
        self.tickets[len(self.tickets)] = body
        number = 22000 + len(self.tickets)
        shown = {"id": len(self.tickets), "number": str(number), "title": body["title"]}
        return 201, {}, shown | {"group_id": 1, "state_id": 1, "article_count": 1}


class _Mail(socketserver.StreamRequestHandler):
    """One connection; a subclass says whose `mails` they are."""

    def handle(self):
        self.say("220 mail ready")
        for line in self.rfile:
            verb = line[:4].upper()
            if verb == b"DATA":
                self.say("354 go on")
                self.read_mail()
            else:
                self.say(self.answer(verb))
            if verb == b"QUIT":
                return

    def answer(self, verb):
        known = {
            b"EHLO": "250-mail\r\n250-SMTPUTF8\r\n250 8BITMIME",
            b"RCPT": self.mails.refusal or "250 fine",
            b"QUIT": "221 bye",
        }
        return known.get(verb, "250 fine")

    def read_mail(self):
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line.removeprefix(b"."))
        self.mails.mails.append(b"".join(lines))
        self.say("250 taken")

    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")


class MailServer:
    """The least of RFC 5321 that smtplib speaks; `refusal` is an answer to RCPT."""

    def __init__(self):
        self.mails = []
        self.refusal = ""

        class Handler(_Mail):
            mails = self

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(POLL_SECONDS,))
        self.thread.start()
        self.url = f"smtp://127.0.0.1:{self.server.server_address[1]}"

    def stop(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
