"""How a control takes a protection out: the function that holds it, with one passage changed."""

from sqlalchemy import text

from infrastructure.database.database import Database


def altered(database: Database, function: str, passage: str, instead: str) -> None:
    """Replace a passage of a function in this database. The passage must be there."""
    with database.writing() as connection:
        definition: str = connection.execute(
            text("SELECT pg_get_functiondef(p.oid) FROM pg_proc AS p WHERE p.proname = :name"), {"name": function}
        ).scalar_one()
        assert passage in definition, f"{function} does not say {passage!r}"
        connection.exec_driver_sql(definition.replace(passage, instead).replace("%", "%%"))
