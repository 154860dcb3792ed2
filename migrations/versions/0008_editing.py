"""Editing: where a revision came from, reviews, conflicts, plans, and who did what."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("articles", sa.Column("draft_base", sa.Integer(), nullable=True))
    op.execute("UPDATE articles SET draft_base = revision WHERE draft_revision IS NOT NULL")
    op.add_column(
        "redirects", sa.Column("kept", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column(
        "media_files", sa.Column("synced", sa.Boolean(), nullable=False, server_default=sa.true())
    )
    op.add_column(
        "media_files",
        sa.Column("from_site", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    with op.batch_alter_table("revisions") as revisions:
        revisions.add_column(
            sa.Column("author_email", sa.Text(), nullable=False, server_default="")
        )
        revisions.add_column(
            sa.Column("origin", sa.String(length=16), nullable=False, server_default="editor")
        )
        revisions.add_column(sa.Column("based_on", sa.Integer(), nullable=True))
        revisions.add_column(sa.Column("git_commit", sa.String(length=64), nullable=True))
        revisions.create_check_constraint(
            "ck_revisions_origin", "origin IN ('editor', 'import', 'git', 'merge')"
        )
        revisions.create_index("ix_revisions_article_pk_source_hash", ["article_pk", "source_hash"])
    op.execute("UPDATE revisions SET origin = 'import' WHERE author = 'import'")
    op.create_table(
        "reviews",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_pk", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("requested_at", _WHEN, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", _WHEN, nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'approved', 'sent-back', 'closed')", name="ck_reviews_state"
        ),
        _belongs_to_an_article("reviews"),
        sa.PrimaryKeyConstraint("id", name="pk_reviews"),
    )
    op.create_index("ix_reviews_article_pk_state", "reviews", ["article_pk", "state"])
    op.create_table(
        "review_comments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_pk", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.Column("resolved_at", _WHEN, nullable=True),
        sa.Column("resolved_by", sa.Text(), nullable=False),
        _belongs_to_an_article("review_comments"),
        sa.PrimaryKeyConstraint("id", name="pk_review_comments"),
    )
    op.create_index(
        "ix_review_comments_article_pk_resolved_at",
        "review_comments",
        ["article_pk", "resolved_at"],
    )
    op.create_table(
        "conflicts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_pk", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("base_revision", sa.Integer(), nullable=True),
        sa.Column("site_revision", sa.Integer(), nullable=False),
        sa.Column("other_revision", sa.Integer(), nullable=True),
        sa.Column("opened_at", _WHEN, nullable=False),
        sa.Column("resolved_at", _WHEN, nullable=True),
        sa.Column("resolved_by", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('draft', 'folder')", name="ck_conflicts_kind"),
        _belongs_to_an_article("conflicts"),
        sa.PrimaryKeyConstraint("id", name="pk_conflicts"),
    )
    op.create_index(
        "ix_conflicts_article_pk_resolved_at", "conflicts", ["article_pk", "resolved_at"]
    )
    op.create_table(
        "planned_publications",
        sa.Column("article_pk", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("publish_at", _WHEN, nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("author_email", sa.Text(), nullable=False),
        _belongs_to_an_article("planned_publications"),
        sa.PrimaryKeyConstraint("article_pk", name="pk_planned_publications"),
    )
    op.create_index("ix_planned_publications_publish_at", "planned_publications", ["publish_at"])
    op.create_table(
        "unsaved_texts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.String(length=400), nullable=False),
        sa.Column("locale", sa.String(length=35), nullable=False),
        sa.Column("owner", sa.String(length=320), nullable=False),
        sa.Column("base_revision", sa.Integer(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("saved_at", _WHEN, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_unsaved_texts"),
        sa.UniqueConstraint(
            "article_id", "locale", "owner", name="uq_unsaved_texts_article_id_locale_owner"
        ),
    )
    op.create_table(
        "editorial_actions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.String(length=320), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("article_id", sa.String(length=400), nullable=False),
        sa.Column("locale", sa.String(length=35), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("at", _WHEN, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_editorial_actions"),
    )
    op.create_index(
        "ix_editorial_actions_article_id_locale", "editorial_actions", ["article_id", "locale"]
    )
    op.create_index("ix_editorial_actions_at", "editorial_actions", ["at"])


def downgrade() -> None:
    for table in (
        "editorial_actions",
        "unsaved_texts",
        "planned_publications",
        "conflicts",
        "review_comments",
        "reviews",
    ):
        op.drop_table(table)
    with op.batch_alter_table("revisions") as revisions:
        revisions.drop_index("ix_revisions_article_pk_source_hash")
        revisions.drop_constraint("ck_revisions_origin", type_="check")
        for column in ("author_email", "origin", "based_on", "git_commit"):
            revisions.drop_column(column)
    # Not as a batch: that would drop the table, and with it whatever refers to its rows.
    for table, column in (
        ("media_files", "from_site"),
        ("media_files", "synced"),
        ("redirects", "kept"),
        ("articles", "draft_base"),
    ):
        op.drop_column(table, column)


def _belongs_to_an_article(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["article_pk"],
        ["articles.id"],
        name=f"fk_{table}_article_pk_articles",
        ondelete="CASCADE",
    )
