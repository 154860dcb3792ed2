"""The interface's catalogues: complete, compiled, and true to their placeholders."""

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

import app
from app.languages import INTERFACE_LOCALES

ROOT = Path(app.__file__).parent
METHODS = [
    ("templates/**.html", "jinja2"),
    ("views/**.py", "python"),
    ("notifications/**.py", "python"),
]
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]")


def used():
    found = extract_from_dir(ROOT, METHODS)
    return {message for _, _, message, _, _ in found}


def catalogue(locale, suffix):
    read = read_po if suffix == "po" else read_mo
    folder = ROOT / "translations" / locale.replace("-", "_") / "LC_MESSAGES"
    with (folder / f"messages.{suffix}").open("rb") as file:
        return {_name(message): message for message in read(file) if message.id}


def test_there_is_something_to_translate():
    assert len(used()) > 50


def test_there_is_a_catalogue_for_every_interface_language():
    folders = {path.name for path in (ROOT / "translations").iterdir() if path.is_dir()}
    assert folders == {locale.replace("-", "_") for locale in INTERFACE_LOCALES}


@pytest.mark.parametrize("locale", INTERFACE_LOCALES)
def test_every_text_is_translated_and_none_is_left_over(locale):
    messages = catalogue(locale, "po")
    assert set(messages) == used()
    unfinished = [
        message.id
        for message in messages.values()
        if message.fuzzy or not message.string or not all(_strings(message))
    ]
    assert unfinished == []


@pytest.mark.parametrize("locale", INTERFACE_LOCALES)
def test_placeholders_survive_translation(locale):
    for message in catalogue(locale, "po").values():
        sources = message.id if isinstance(message.id, tuple) else (message.id,)
        wanted = {name for source in sources for name in PLACEHOLDER.findall(source)}
        for string in _strings(message):
            assert set(PLACEHOLDER.findall(string)) == wanted, message.id


@pytest.mark.parametrize("locale", INTERFACE_LOCALES)
def test_the_compiled_catalogue_is_the_written_one(locale):
    written = {name: _strings(message) for name, message in catalogue(locale, "po").items()}
    compiled = {name: _strings(message) for name, message in catalogue(locale, "mo").items()}
    assert compiled == written


@pytest.mark.parametrize("locale", ["ko", "ja", "zh", "zh-Hant"])
def test_a_translation_is_not_the_english_text(locale):
    messages = catalogue(locale, "po").values()
    assert [message.id for message in messages if message.id in _strings(message)] == []


def test_traditional_characters_are_not_simplified_ones_in_disguise():
    """Characters that only simplified Chinese uses, common in this interface's words."""
    simplified = set("们这为发务请问题联语时间页码网络说优关账户书签评价选输号阅读")
    for message in catalogue("zh-Hant", "po").values():
        assert not simplified.intersection("".join(_strings(message))), message.id


def _name(message):
    return tuple(message.id) if isinstance(message.id, list) else message.id


def _strings(message):
    return tuple(message.string) if isinstance(message.string, (list, tuple)) else (message.string,)
