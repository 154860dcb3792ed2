"""Small evaluation sets for the scripts that measure; those scripts, each in its own process."""

import json
import os
import subprocess
import sys
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
JUDGED = "query\tdocument\tscore\n1\trefund\t1\n2\treset\t1\n"
"""The first question asks for the article on refunds, the second for that on resetting."""


def write_rows(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")


def write_set(folder, corpus, questions):
    """A set of articles, and of two questions that are judged as JUDGED says."""
    write_rows(folder / "corpus.jsonl", corpus)
    write_rows(folder / "queries.jsonl", questions)
    (folder / "qrels.tsv").write_text(JUDGED, encoding="utf-8")


def keyword_script(name, folder):
    """`keyword_script("panel", tmp_path)(...)` runs it by keyword only, its data in that folder."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("KB_")}
    own = {"KB_VAR_DIR": str(folder / "var"), "KB_EMBEDDING_MODEL": "none"}

    def run(*arguments):
        command = [sys.executable, str(SCRIPTS / name), *map(str, arguments)]
        return subprocess.run(command, env=inherited | own, capture_output=True, text=True)

    return run
