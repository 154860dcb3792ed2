"""Site keys, and who a ticket is from where the site vouches for it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "site_keys",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("origins", sa.JSON(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_site_keys"),
    )
    op.add_column("tickets", sa.Column("site", sa.String(length=40), nullable=True))
    op.add_column("tickets", sa.Column("identity", sa.String(length=200), nullable=True))


def downgrade() -> None:
    op.drop_column("tickets", "identity")
    op.drop_column("tickets", "site")
    op.drop_table("site_keys")
