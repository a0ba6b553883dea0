"""Alembic's entry: runs the revisions on the connection that `migrations.upgrade` was given."""

from alembic import context
from sqlalchemy import Connection

connection: Connection = context.config.attributes["connection"]
context.configure(connection=connection, transactional_ddl=True, target_metadata=None)
context.run_migrations()
