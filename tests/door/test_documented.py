"""What the server takes altogether is what its operations take."""

from api.app import operations_of
from api.composition import assemble
from api.http.door.heads import METHODS
from infrastructure.process.settings import Settings


def test_the_methods_of_the_server_are_those_of_its_addresses() -> None:
    standfast = assemble(Settings(database_url="sqlite://"))
    taken = {operation.method for operation in operations_of(standfast)}
    standfast.close()
    assert {*taken, "HEAD"} == set(METHODS)
