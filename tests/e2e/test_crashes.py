"""Nothing published is lost and nothing unpublished appears, whenever the power goes."""

import random
import shutil
import time

import pytest

from tests.server_fixtures import ROOT, environment, start_server, wait_until_ready

pytestmark = [pytest.mark.model, pytest.mark.slow, pytest.mark.timeout(300)]

KILLS = 10
TOPICS = sorted((ROOT / "articles" / "en").glob("*/*.md"))[::3]


class Folder:
    """A help center of some sample articles whose text and state change."""

    def __init__(self, root):
        self.root = root
        self.published = {}
        self.drafts = {}
        for number, source in enumerate(p for p in TOPICS if p.name != "_category.md"):
            self.write(source.stem, number, draft=number % 4 == 0)

    def write(self, name, word, *, draft):
        """Write an article with a word nobody else has."""
        marker = f"zq{name.replace('-', '')}{word}"
        path = self.root / "en" / "help" / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        state = "draft" if draft else "published"
        path.write_text(
            f"---\ntitle: About {marker}\nid: {name}\nstatus: {state}\n---\n\n"
            f"Read this when you need {marker}.\n\n## More\n\nIt explains {name}.\n",
            encoding="utf-8",
        )
        mine, other = (self.drafts, self.published) if draft else (self.published, self.drafts)
        mine[name] = marker
        other.pop(name, None)

    def change_some(self, chance, turn):
        """Rewrite a few articles; some are retracted, some published."""
        for name in chance.sample(sorted({**self.published, **self.drafts}), 6):
            self.write(name, 1000 + turn, draft=chance.random() < 0.3)


@pytest.fixture
def crashed(tmp_path, model_dir):
    """A server that was killed ten times while it imported and indexed, running again."""
    folder = Folder(tmp_path / "articles")
    env = environment(
        tmp_path / "var",
        model_dir,
        KB_ARTICLES_DIR=str(folder.root),
        KB_CACHE_DIR=str(tmp_path / "cache"),
        KB_RATE_SUGGEST="100000 per minute",
        KB_RATE_SEARCH="100000 per minute",
    )
    chance = random.Random(20261121)
    for turn in range(KILLS):
        server = start_server(env, tmp_path / "log", wait=False)
        time.sleep(chance.uniform(0.6, 3.5))
        server.kill()
        folder.change_some(chance, turn)
    server = start_server(env, tmp_path / "log", wait=False)
    wait_until_ready(server)
    yield server, folder
    server.stop()
    shutil.rmtree(tmp_path / "var")


def test_after_ten_kills_everything_published_is_found_and_nothing_else(crashed):
    server, folder = crashed
    assert folder.published
    assert folder.drafts
    for name, marker in folder.published.items():
        first = server.get("/api/v1/search", q=marker)["items"][0]
        assert (first["article_id"], first["title"]) == (name, f"About {marker}")
    for name, marker in folder.drafts.items():
        for endpoint in ("search", "suggest"):
            items = server.get(f"/api/v1/{endpoint}", q=marker)["items"]
            assert name not in [item["article_id"] for item in items]
    index = server.get("/readyz")["index"]
    assert index["documents"] == len(folder.published)
    assert not index["stale"]
