"""Alembic's entry: runs the revisions on the connection that `migrations.upgrade` was given, or tells what they say."""

from alembic import context

attributes = context.config.attributes
if context.is_offline_mode():
    context.configure(
        dialect_name=attributes["dialect"],
        dialect_opts={"paramstyle": "named"},  # another style would double every percent sign
        output_buffer=attributes["told"],
        transactional_ddl=False,
    )
else:
    context.configure(connection=attributes["connection"], transactional_ddl=True, target_metadata=None)
context.run_migrations()
