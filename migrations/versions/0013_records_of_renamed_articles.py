"""What was recorded of articles before they were renamed, under the names that they have now.

A rename left the record behind until it was taught to take it along; without it, nothing says that
a machine began the text, and it could be published unreviewed.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_ACTIONS = sa.table(
    "editorial_actions",
    sa.column("id", sa.Integer),
    sa.column("action", sa.String),
    sa.column("article_id", sa.String),
    sa.column("locale", sa.String),
    sa.column("detail", sa.JSON),
)


def upgrade() -> None:
    connection = op.get_bind()
    columns = _ACTIONS.c
    renames = connection.execute(
        sa.select(columns.id, columns.detail).where(columns.action == "rename").order_by(columns.id)
    ).all()
    for number, detail in renames:
        old = (detail or {}).get("old")
        # Read anew: an earlier rename's own entry was moved by the one that followed it.
        name = connection.execute(
            sa.select(columns.article_id, columns.locale).where(columns.id == number)
        ).one()
        if not old or old == name.article_id:
            continue
        before = sa.and_(
            columns.article_id == old, columns.locale == name.locale, columns.id < number
        )
        connection.execute(_ACTIONS.update().where(before).values(article_id=name.article_id))


def downgrade() -> None:
    """The names that the record had are not needed by anything older either."""
