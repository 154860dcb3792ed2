"""Find a ticket by the help desk's own number."""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_tickets_reference", "tickets", ["reference"])
    op.create_index("ix_ticket_outcomes_reference", "ticket_outcomes", ["reference"])


def downgrade() -> None:
    op.drop_index("ix_ticket_outcomes_reference", "ticket_outcomes")
    op.drop_index("ix_tickets_reference", "tickets")
