"""Sites with a share of visitors of their own to hold out; shares belong to experiments' keys."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_EXPERIMENTS = sa.table(
    "experiments", sa.column("ended_at", sa.DateTime(timezone=True)), sa.column("name")
)


def upgrade() -> None:
    op.add_column("site_keys", sa.Column("holdout_percent", sa.Integer(), nullable=True))
    op.add_column(
        "experiments", sa.Column("site", sa.String(length=40), nullable=False, server_default="")
    )
    # Arms are drawn anew: what runs ends here, and the server begins another by itself.
    running = _EXPERIMENTS.update().where(_EXPERIMENTS.c.ended_at.is_(None))
    op.execute(running.values(ended_at=datetime.now(UTC)))
    for table in ("participants", "participant_sessions"):
        op.execute(
            f"UPDATE {table} SET experiment = experiment || '/' || ("
            "SELECT percent FROM experiments "
            f"WHERE name = {table}.experiment ORDER BY started_at DESC LIMIT 1) "
            f"WHERE experiment IN (SELECT name FROM experiments)"
        )


def downgrade() -> None:
    op.drop_column("experiments", "site")
    op.drop_column("site_keys", "holdout_percent")
