"""Identities at an OpenID provider; what staff are told of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "identities",
        sa.Column("issuer", sa.String(length=500), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", _WHEN, nullable=False),
        _belongs_to_a_user("identities"),
        sa.PrimaryKeyConstraint("issuer", "subject", name="pk_identities"),
    )
    op.create_index("ix_identities_user_id", "identities", ["user_id"])
    op.create_table(
        "notification_choices",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("locale", sa.String(length=35), nullable=False),
        sa.Column("email", sa.JSON(), nullable=False),
        sa.Column("webhook", sa.JSON(), nullable=False),
        _belongs_to_a_user("notification_choices"),
        sa.PrimaryKeyConstraint("user_id", name="pk_notification_choices"),
    )
    op.create_table(
        "notification_marks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("last_action", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_notification_marks"),
    )
    # Nobody is told of what was done before anybody was told of anything.
    op.execute(
        "INSERT INTO notification_marks (id, last_action) "
        "SELECT 1, COALESCE(MAX(id), 0) FROM editorial_actions"
    )
    op.create_table(
        "letters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(length=16), nullable=False),
        sa.Column("article_id", sa.String(length=400), nullable=False),
        sa.Column("locale", sa.String(length=35), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", _WHEN, nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.Column("delivered_at", _WHEN, nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'delivered', 'dead')", name="ck_letters_state"),
        sa.CheckConstraint("way IN ('email', 'webhook')", name="ck_letters_way"),
        _belongs_to_a_user("letters"),
        sa.PrimaryKeyConstraint("id", name="pk_letters"),
    )
    op.create_index("ix_letters_state_next_at", "letters", ["state", "next_at"])
    op.create_index(
        "ix_letters_user_id_way_article_id_locale",
        "letters",
        ["user_id", "way", "article_id", "locale"],
    )
    op.create_table(
        "letter_items",
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["letter_id"],
            ["letters.id"],
            name="fk_letter_items_letter_id_letters",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["action_id"],
            ["editorial_actions.id"],
            name="fk_letter_items_action_id_editorial_actions",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("letter_id", "action_id", name="pk_letter_items"),
    )


def downgrade() -> None:
    for table in (
        "letter_items",
        "letters",
        "notification_marks",
        "notification_choices",
        "identities",
    ):
        op.drop_table(table)


def _belongs_to_a_user(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["user_id"], ["users.id"], name=f"fk_{table}_user_id_users", ondelete="CASCADE"
    )
