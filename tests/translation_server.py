"""A translation service in a process of its own, in LibreTranslate's and in DeepL's shape.

`python -m tests.translation_server` prints its address. It answers each word in capitals, between
its language's brackets; what it does to elements is said by the words of the API key: `loses`
drops them, `doubles` doubles them, `same` translates nothing, `fewer` leaves a text out,
`empty` all their words.
"""

import html
import json
import re
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TAGS = re.compile(r"(<[^<>]*>)")


def translate(text, way):
    if way in {"same", "empty"}:
        return text if way == "same" else ""
    pieces = []
    for piece in TAGS.split(text):
        if TAGS.fullmatch(piece):
            pieces += {"loses": [], "doubles": [piece, piece]}.get(way, [piece])
        else:
            pieces.append(html.escape(html.unescape(piece).upper(), quote=False))
    return "".join(pieces)


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/translate":
            way = body.get("api_key", "")
            assert body["format"] == "html"
            answers = self.answers(body["q"], way, body["source"], body["target"])
            self.say({"translatedText": answers}, way)
        elif self.path == "/v2/translate":
            way = self.headers["Authorization"].removeprefix("DeepL-Auth-Key ")
            assert body["tag_handling"] == "html"
            answers = self.answers(body["text"], way, body["source_lang"], body["target_lang"])
            self.say({"translations": [{"text": text} for text in answers]}, way)

    def answers(self, texts, way, source, target):
        print(source, target, len(texts), flush=True)
        made = [translate(text, way) for text in texts]
        return made[1:] if way == "fewer" else made

    def say(self, value, way):
        body = json.dumps(value).encode() if way != "nonsense" else b"<html>"
        self.send_response(503 if way == "away" else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def start_translation_server():
    """The process and its address; end it with `terminate`."""
    command = [sys.executable, "-m", "tests.translation_server"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    return process, process.stdout.readline().strip()


def main():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
