"""Participants of experiments, tickets that count against earlier sessions, sums of days."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "participants",
        sa.Column("experiment", sa.String(length=64), nullable=False),
        sa.Column("visitor", sa.String(length=64), nullable=False),
        sa.Column("arm", sa.String(length=16), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("episodes", sa.Integer(), nullable=False),
        sa.Column("tickets", sa.Integer(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("experiment", "visitor", name="pk_participants"),
    )
    op.create_index(
        "ix_participants_experiment_enrolled_at", "participants", ["experiment", "enrolled_at"]
    )
    op.create_table(
        "participant_sessions",
        sa.Column("experiment", sa.String(length=64), nullable=False),
        sa.Column("visitor", sa.String(length=64), nullable=False),
        sa.Column("session", sa.String(length=64), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("experiment", "visitor", "session", name="pk_participant_sessions"),
    )
    op.create_index("ix_participant_sessions_session", "participant_sessions", ["session"])
    op.create_table(
        "ticket_sessions",
        sa.Column("ticket", sa.String(length=100), nullable=False),
        sa.Column("session", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("ticket", "session", name="pk_ticket_sessions"),
    )
    op.create_index("ix_ticket_sessions_session", "ticket_sessions", ["session"])
    op.create_index("ix_ticket_sessions_received_at", "ticket_sessions", ["received_at"])
    op.create_table(
        "person_sessions",
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("session", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person", "session", name="pk_person_sessions"),
    )
    op.create_index("ix_person_sessions_session", "person_sessions", ["session"])
    op.create_index("ix_person_sessions_at", "person_sessions", ["at"])
    op.create_table(
        "day_sums",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("sums", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_day_sums"),
    )


def downgrade() -> None:
    for table in (
        "day_sums",
        "person_sessions",
        "ticket_sessions",
        "participant_sessions",
        "participants",
    ):
        op.drop_table(table)
