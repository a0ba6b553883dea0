"""PostgreSQL: what is not durable is refused at each commit, whatever was found when the connection was made.

`fsync` and `full_page_writes` are read anew when the server's configuration is, under sessions that are open; with
`synchronous_commit = remote_write` a standby has not written to its disk yet what it confirms. The code of the
refusal is one that nothing else comes with. Published documents are held to the same.
"""

from alembic import op

from migrations.versions import m0003_narrow_doors as doors
from migrations.versions import m0004_what_a_log_is_known_by as shipped

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ASKED_BEFORE = "current_setting('synchronous_commit') IN ('off', 'local') THEN"
_ASKED = (
    "current_setting('synchronous_commit') NOT IN ('on', 'remote_apply')\n"
    "        OR pg_catalog.current_setting('fsync') <> 'on'\n"
    "        OR pg_catalog.current_setting('full_page_writes') <> 'on' THEN"
)
_TOLD = "RAISE EXCEPTION 'synchronous_commit is %',"
_TOLD_OF_ALL = (
    "RAISE EXCEPTION 'fsync is %, full_page_writes is %, synchronous_commit is %',\n"
    "            pg_catalog.current_setting('fsync'), pg_catalog.current_setting('full_page_writes'),"
)
_CODE_BEFORE, _CODE = "insufficient_privilege", "object_not_in_prerequisite_state"


def _durable(text: str) -> str:
    """The text of a function, which refuses more than it did, by another code."""
    for before, instead in ((_ASKED_BEFORE, _ASKED), (_TOLD, _TOLD_OF_ALL), (_CODE_BEFORE, _CODE)):
        head, tail = text.split(before)
        text = f"{head}{instead}{tail}"
    return text


def upgrade() -> None:
    if op.get_context().dialect.name != "postgresql":
        return
    for function in (shipped._APPEND, doors._DURABLE):
        _put(_durable(function))
    op.execute(
        "CREATE CONSTRAINT TRIGGER catalogue_durable AFTER INSERT ON public.catalogue DEFERRABLE INITIALLY DEFERRED "
        "FOR EACH ROW EXECUTE FUNCTION public.refuse_careless_commit()"
    )
    op.execute("ALTER TABLE public.catalogue ENABLE ALWAYS TRIGGER catalogue_durable")


def downgrade() -> None:
    if op.get_context().dialect.name != "postgresql":
        return
    op.execute("DROP TRIGGER catalogue_durable ON public.catalogue")
    for function in (shipped._APPEND, doors._DURABLE):
        _put(function)


def _put(function: str) -> None:
    """A function in the place of the one of its name and its parameters, with the same callers."""
    op.execute(function.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))
