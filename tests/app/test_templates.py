"""The pages' HTML: well formed, every id once, every reference kept, no inline script or style."""

from html.parser import HTMLParser

import pytest

VOID = {"meta", "link", "input", "br", "img", "hr"}
ADDRESSES = [
    "/{}/",
    "/{}/categories/payment",
    "/{}/articles/refund",
    "/{}/articles/gift-cards",
    "/{}/articles/refund?feedback=thanks",
    "/{}/search",
    "/{}/search?q=refund",
    "/{}/search?q=nothing-like-it",
    "/{}/contact",
    "/{}/contact/sent?ticket=0123456789abcdef",
    "/{}/articles/refund?feedback=why",
    "/{}/articles/refund?mark=Within five",
    "/{}/contact?page=/en/articles/refund&q=refund",
    "/{}/requests",
    "/{}/status",
    "/{}/your-data",
    "/{}/offline",
    "/{}/for?page=https://shop.example.com/refund",
    "/{}/nothing",
    "/sign-in?lang={}",
    "/set-up/unknown?lang={}",
]


class Checker(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.open = []
        self.ids = []
        self.references = []
        self.faults = []
        self.names = []
        self.feed(text)
        self.faults += [f"<{tag}> is not closed" for tag in self.open]

    def handle_starttag(self, tag, attributes):
        self.names.append(tag)
        given = dict(attributes)
        if len(given) != len(attributes):
            self.faults.append(f"<{tag}> repeats an attribute")
        self.ids += [given["id"]] if "id" in given else []
        for name in ("for", "aria-labelledby", "aria-describedby", "aria-controls"):
            self.references += given.get(name, "").split()
        if "style" in given or any(name.startswith("on") for name in given):
            self.faults.append(f"<{tag}> has inline style or script")
        if tag == "script" and "src" not in given:
            self.faults.append("inline script")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open[-1] != tag:
            self.faults.append(f"</{tag}> closes {self.open[-1:]}")
        else:
            self.open.pop()


@pytest.mark.parametrize("locale", ["en", "ko", "ja", "zh", "zh-Hant"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_a_page_is_well_formed(client, address, locale):
    text = client.get(address.format(locale)).get_data(as_text=True)
    page = Checker(text)
    assert text.startswith("<!doctype html>")
    assert page.faults == []
    assert len(page.ids) == len(set(page.ids))
    assert set(page.references) <= set(page.ids)
    assert [page.names.count(name) for name in ("h1", "main", "title")] == [1, 1, 1]
    assert "%(" not in text


@pytest.mark.parametrize("locale", ["ko", "ja", "zh", "zh-Hant"])
def test_no_english_is_left_in_another_languages_page(client, locale):
    addresses = ("contact", "search?q=zz", "nothing", "requests", "status", "offline", "for")
    for address in addresses:
        text = client.get(f"/{locale}/{address}").get_data(as_text=True)
        for words in ("Contact", "Search", "Help center", "Message", "suggestion", "request<"):
            assert words not in text
