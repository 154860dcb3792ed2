"""Which stored files each article shows: who may read the one may have the other."""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_ARTICLES = sa.table("articles", sa.column("id", sa.Integer), sa.column("links", sa.JSON))
_ADDRESS = re.compile(r"/media/([0-9a-f]{64})/")


def upgrade() -> None:
    shown = op.create_table(
        "article_media",
        sa.Column("article_pk", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_pk"],
            ["articles.id"],
            name="fk_article_media_article_pk_articles",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("article_pk", "sha256", name="pk_article_media"),
    )
    op.create_index("ix_article_media_sha256", "article_media", ["sha256"])
    articles = op.get_bind().execute(sa.select(_ARTICLES.c.id, _ARTICLES.c.links)).all()
    rows = [
        {"article_pk": number, "sha256": sha256}
        for number, links in articles
        for sha256 in sorted(_hashes(links))
    ]
    if rows:
        op.bulk_insert(shown, rows)


def _hashes(links: dict[str, str | None]) -> set[str]:
    found = (_ADDRESS.match(address or "") for address in (links or {}).values())
    return {match[1] for match in found if match}


def downgrade() -> None:
    op.drop_table("article_media")
