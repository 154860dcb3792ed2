"""`scripts/bench widget`: what the widget costs a page, beside other boxes measured the same way.

Each box stands on the same page, made by the same bundler from its published package, sent gzipped
from this machine, opened in a fresh profile of Chromium slowed down four times. What counts is
everything up to half a second after the load: bytes, script time, the longest task, layout shift.
"""

from __future__ import annotations

import argparse
import functools
import gzip
import http.server
import json
import runpy
import shutil
import statistics
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.figures import save

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent / "widget_peers"
BUILT = ROOT / "app" / "static" / "widget" / "built"
SLOWER = 4
SETTLE_MS = 500
TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{name}</title>
{head}</head><body><h1>Shop</h1>{body}<p>{text}</p></body></html>"""


@dataclass(frozen=True)
class Box:
    """A search box as its documentation says to embed it."""

    name: str
    version: str
    entry: str
    """JavaScript that brings it to the page; empty for Kotae, whose files are built already."""
    head: str
    body: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `bench widget` understands."""
    parser.add_argument("--runs", type=int, default=9, help="loads of each page (9)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep the figures")


def run(arguments: argparse.Namespace) -> int:
    """Measure every box and print the table."""
    folder = ROOT / "var" / "bench" / "widget"
    boxes = prepare(folder)
    with serving(folder) as home, browsing() as browser:
        figures = {box.name: measure(browser, home, box, arguments.runs) for box in boxes}
    print(table(boxes, figures))
    print(f"\nKotae, later: {later()}")
    save(figures, arguments.json)
    return 0


def boxes_to_measure() -> list[Box]:
    """Kotae in both ways, and the others."""
    packages = json.loads((HERE / "package.json").read_text(encoding="utf-8"))["dependencies"]
    own = "<kotae-suggest></kotae-suggest>"
    # The rule that docs/widget.md asks host pages for.
    room = "<style>kotae-suggest { display: block; min-block-size: 2.75rem }</style>"
    place = '<div id="place"></div>'
    style = '<link rel="stylesheet" href="{0}.css">'
    script = '<script type="module" src="{0}.js"></script>'
    both = style + script
    return [
        Box("Kotae", "", "", room + '<script defer src="/widget/v1.js"></script>', own),
        Box(
            "Kotae, by loader",
            "",
            "",
            room + '<script defer src="/widget/loader.js"></script>',
            own,
        ),
        Box(
            "accessible-autocomplete",
            packages["accessible-autocomplete"],
            'import start from "accessible-autocomplete";\n'
            'import "accessible-autocomplete/dist/accessible-autocomplete.min.css";\n'
            'start({ element: document.querySelector("#place"), id: "q", source: ["refund"] });',
            both.format("accessible-autocomplete"),
            place,
        ),
        Box(
            "Pagefind component",
            packages["@pagefind/component-ui"],
            'import "@pagefind/component-ui";\nimport "@pagefind/component-ui/css";',
            both.format("Pagefind component"),
            "<pagefind-searchbox></pagefind-searchbox>",
        ),
        Box(
            "DocSearch",
            packages["@docsearch/js"],
            'import docsearch from "@docsearch/js";\nimport "@docsearch/css/dist/style.css";\n'
            'docsearch({ container: "#place", appId: "a", indexName: "i", apiKey: "k" });',
            both.format("DocSearch"),
            place,
        ),
    ]


def prepare(folder: Path) -> list[Box]:
    """Install and bundle what is to be measured, and write a page for each."""
    boxes = boxes_to_measure()
    shutil.rmtree(folder / "site", ignore_errors=True)
    (folder / "site").mkdir(parents=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(HERE / name, folder / name)
    command = ["npm", "ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"]
    subprocess.run(command, cwd=folder, check=True)
    tools = runpy.run_path(str(ROOT / "scripts" / "build_widget"), run_name="tools")[
        "fetch_tools"
    ]()
    for box in boxes:
        if box.entry:
            bundle(tools / "esbuild", folder, box)
        page = PAGE.format(name=box.name, head=box.head, body=box.body, text="Words. " * 200)
        (folder / "site" / f"{box.name}.html").write_text(page, encoding="utf-8")
    shutil.copytree(BUILT, folder / "site" / "widget")
    return boxes


def bundle(esbuild: Path, folder: Path, box: Box) -> None:
    """One minified script and one style sheet, as a site that uses the package would make them."""
    entry = folder / f"{box.name}.mjs"
    entry.write_text(box.entry, encoding="utf-8")
    target = folder / "site" / f"{box.name}.js"
    options = ["--bundle", "--minify", "--format=esm", "--target=es2022", "--log-level=error"]
    subprocess.run([esbuild, entry, *options, f"--outfile={target}"], check=True)


class Handler(http.server.SimpleHTTPRequestHandler):
    """Sends files gzipped, so that every box travels alike."""

    def do_GET(self) -> None:  # noqa: N802  # the name that http.server calls
        """Send one file."""
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return
        data = gzip.compress(path.read_bytes(), 9, mtime=0)
        self.send_response(200)
        self.send_header("Content-Type", TYPES.get(path.suffix, "text/plain") + "; charset=utf-8")
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The address of the pages."""
    handler = functools.partial(Handler, directory=str(folder / "site"))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def browsing() -> Iterator[Any]:
    """Debian's Chromium."""
    from playwright.sync_api import sync_playwright

    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=flags)
        yield browser
        browser.close()


def measure(browser: Any, home: str, box: Box, runs: int) -> dict[str, float]:
    """The median of `runs` loads."""
    loads = [load(browser, home, box) for _ in range(runs)]
    return {name: statistics.median(each[name] for each in loads) for name in loads[0]}


def load(browser: Any, home: str, box: Box) -> dict[str, float]:
    """One load in a profile of its own; nothing but this machine can be reached."""
    context = browser.new_context(viewport={"width": 1024, "height": 768})
    page = context.new_page()
    page.route(lambda url: not url.startswith(home), lambda route: route.abort())
    session = context.new_cdp_session(page)
    session.send("Performance.enable")
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.add_init_script(
        """window.seen = {shift: 0, longest: 0};
        const watch = (type, act) => new PerformanceObserver((list) =>
            list.getEntries().forEach(act)).observe({type, buffered: true});
        watch("layout-shift", ({value}) => (seen.shift += value));
        watch("longtask", ({duration}) => (seen.longest = Math.max(seen.longest, duration)));"""
    )
    page.goto(f"{home}/{box.name}.html", wait_until="networkidle")
    page.wait_for_timeout(SETTLE_MS)
    metrics = {
        each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]
    }
    seen = page.evaluate("seen")
    sizes = page.evaluate(
        """() => performance.getEntriesByType("resource").map((each) =>
            [each.name.split(".").pop(), each.encodedBodySize])"""
    )
    context.close()
    return {
        "script_bytes": sum(size for kind, size in sizes if kind == "js"),
        "style_bytes": sum(size for kind, size in sizes if kind == "css"),
        "script_ms": metrics["ScriptDuration"] * 1000,
        "longest_ms": seen["longest"],
        "heap_kb": metrics["JSHeapUsedSize"] / 1000,
        "shift": seen["shift"],
    }


def table(boxes: list[Box], figures: dict[str, dict[str, float]]) -> str:
    """A table in Markdown."""
    lines = [
        "| box | script, gzipped | style, gzipped | script time | longest task | heap | shift |",
        "|---|---|---|---|---|---|---|",
    ]
    for box in boxes:
        found = figures[box.name]
        longest = f"{found['longest_ms']:.0f} ms" if found["longest_ms"] else "under 50 ms"
        lines.append(
            f"| {' '.join(filter(None, (box.name, box.version)))} "
            f"| {found['script_bytes'] / 1000:.1f} kB | {found['style_bytes'] / 1000:.1f} kB "
            f"| {found['script_ms']:.0f} ms | {longest} | {found['heap_kb'] / 1000:.1f} MB "
            f"| {found['shift']:.3f} |"
        )
    return "\n".join(lines)


def later() -> str:
    """What Kotae fetches when somebody uses it, in one language, gzipped."""

    def weigh(*names: str) -> str:
        size = sum(len(gzip.compress((BUILT / name).read_bytes(), 9)) for name in names)
        return f"{size / 1000:.1f} kB"

    return (
        f"at the first key {weigh('begin.ko.js')}, reading {weigh('read.ko.js')}, "
        f"writing to a person {weigh('write.ko.js')}, answers to its subject {weigh('offers.js')}, "
        f"when idle {weigh('away.js')} and the index"
    )
