"""The schema's history, as Alembic revisions: one tree for SQLite and PostgreSQL."""
