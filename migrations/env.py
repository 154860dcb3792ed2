"""Alembic's entry: runs the migrations on the connection that the application hands over.

Nothing of the application is imported: a migration must mean the same in ten years, whatever the
mapped classes look like then. `app.migrating` opens the connection and the transaction.
"""

from __future__ import annotations

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes.get("metadata"),
    render_as_batch=True,
    transactional_ddl=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
