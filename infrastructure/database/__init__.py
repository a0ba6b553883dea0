"""The database: connections, tables, migrations, roles, instants as integers."""
