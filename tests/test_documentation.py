"""What the README says is what the program does."""

import re
import shlex
from pathlib import Path

import pytest

from app.cli import COMMANDS, load_command
from app.settings import describe_settings
from tests.server_fixtures import environment, kb

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_the_settings_table_is_what_the_program_reads():
    rows = re.findall(r"^\| `(KB_\w+)` \| (.*?) \| (.*?) \|$", README, flags=re.M)
    assert rows == [(d.name, d.default or "(empty)", d.meaning) for d in describe_settings()]


def test_every_command_is_in_the_readme_and_every_command_there_exists():
    table = README.partition("## Commands")[2].partition("## Settings")[0]
    named = set(re.findall(r"`kb ([a-z-]+)", table))
    assert named == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_what_it_does(name):
    command = load_command(name)
    assert command.help
    subcommands = getattr(command, "commands", {}).values()
    assert all(each.help for each in subcommands)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(document):
    text = document.read_text(encoding="utf-8")
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", text)
    missing = [target for target in targets if not (document.parent / target).exists()]
    assert missing == []


def test_every_setting_named_in_a_document_exists():
    known = {each.name for each in describe_settings()}
    for document in DOCUMENTS:
        named = set(re.findall(r"\bKB_[A-Z_]+\b", document.read_text(encoding="utf-8")))
        assert named <= known, document.name


@pytest.mark.model
def test_the_session_in_the_readme_is_what_one_sees(stocked_var, model_dir):
    session = re.search(r"```console\n(.*?)```", README, flags=re.S)[1]
    env = environment(stocked_var, model_dir)
    for step in session.split("$ kb ")[1:]:
        command, _, expected = step.partition("\n")
        done = kb(*shlex.split(command), env=env)
        assert done.returncode == 0, done.stderr
        assert without_scores(done.stdout) == expected


def without_scores(printed):
    """The score and reasons behind a title differ a little from processor to processor."""
    return re.sub(r"  \(\d\.\d\d: [a-z, ]+\)$", "", printed, flags=re.M)
