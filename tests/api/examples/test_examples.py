"""Everything that the interface takes and gives has an example."""

from collections.abc import Iterator

import pytest

from api.app import operations_of
from api.composition import assemble
from api.examples.answers import ANSWERS
from api.examples.bodies import bodies
from api.http.operations import Operation
from api.queries.engagements import QUESTIONS
from api.queries.measures import MEASURES
from api.terms.routes import terms_questions
from infrastructure.process.settings import Settings


@pytest.fixture(scope="module")
def operations() -> Iterator[list[Operation]]:
    standfast = assemble(Settings(database_url="sqlite://"))
    yield list(operations_of(standfast))
    standfast.close()


def test_every_query_s_answer_has_an_example() -> None:
    without = {
        question.gives.__name__: question.name
        for question in (*QUESTIONS, *MEASURES, *terms_questions())
        if question.gives not in ANSWERS
    }
    assert not without, "; ".join(
        f"{answer}, which {query} gives, has no example: add one to ANSWERS in api/examples/answers.py"
        for answer, query in without.items()
    )


def test_every_body_has_an_example(operations: list[Operation]) -> None:
    without = [operation.name for operation in operations if operation.takes and operation.name not in bodies()]
    assert not without, "; ".join(
        f"the body of {name} has no example: add one to bodies in api/examples/bodies.py" for name in without
    )


def test_no_example_is_of_something_that_is_not_there(operations: list[Operation]) -> None:
    assert bodies().keys() == {operation.name for operation in operations if operation.takes}
