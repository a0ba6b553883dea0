"""The same key: one question, one job, and the first answer for as long as it is kept."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.engine import URL

from application.commands.request import AnswerForgotten, KeyReused
from application.ports.what_if import MOST_WAITING, AskedOnce, FirstAnswer, Job, TooManyJobs
from infrastructure.database.database import Database
from infrastructure.jobs.first_answers import FirstAnswers
from infrastructure.jobs.job_table import JobTable
from infrastructure.projections.generations import Generations
from infrastructure.projections.reading import first_answers_of, jobs_of, schema_of

WHO = "platform:local"
A_WEEK = 7 * 86_400_000_000


@pytest.fixture
def database(database_url: URL) -> Iterator[Database]:
    with closing(Database(database_url)) as opened:
        Generations(opened).prepare()
        yield opened


@pytest.fixture
def answers(database: Database) -> FirstAnswers:
    return FirstAnswers(lambda: database)


@pytest.fixture
def jobs(database: Database) -> JobTable:
    return JobTable(lambda: database)


def asked() -> AskedOnce:
    return AskedOnce(key_id=uuid4(), body_hash=b"hash")


def written(job: Job) -> FirstAnswer:
    return FirstAnswer(status=202, location=f"/v1/jobs/{job.job_id}", body=job.state.encode())


def how_many(database: Database) -> int:
    with database.reading() as connection:
        return connection.execute(select(func.count()).select_from(jobs_of(schema_of(database)))).scalar_one()


def age(database: Database, micros: int) -> None:
    table = first_answers_of(schema_of(database))
    with database.writing() as connection:
        connection.execute(update(table).values(answered_at=table.c.answered_at - micros))


def test_the_first_answer_stands(answers: FirstAnswers) -> None:
    once = asked()
    assert answers.find(once) is None
    first = FirstAnswer(body=b"first")
    assert answers.keep(once, first) == first
    assert answers.keep(once, FirstAnswer(body=b"second")) == answers.find(once) == first


def test_another_body_is_refused(answers: FirstAnswers) -> None:
    once = asked()
    answers.keep(once, FirstAnswer(body=b"first"))
    other = replace(once, body_hash=b"other")
    with pytest.raises(KeyReused):
        answers.find(other)
    with pytest.raises(KeyReused):
        answers.keep(other, FirstAnswer(body=b"other"))


def test_it_is_kept_for_a_week_and_recognised_for_ever(answers: FirstAnswers, database: Database) -> None:
    once, first = asked(), FirstAnswer(body=b"first")
    answers.keep(once, first)
    age(database, A_WEEK - 60_000_000)
    answers.keep(asked(), first)
    assert answers.find(once) == first
    age(database, 120_000_000)
    answers.keep(asked(), first)
    with pytest.raises(AnswerForgotten):
        answers.find(once)
    with pytest.raises(KeyReused):
        answers.find(replace(once, body_hash=b"other"))


def test_sixteen_at_once_ask_for_one_job(jobs: JobTable, database: Database) -> None:
    once = asked()
    with ThreadPoolExecutor(16) as threads:
        told = list(threads.map(lambda _: jobs.ask_once(b"1", WHO, once, written), range(16)))
    assert len({each.location for each in told}) == how_many(database) == 1
    assert {(each.status, each.body) for each in told} == {(202, b"waiting")}


def test_a_key_of_an_answer_asks_for_no_job(answers: FirstAnswers, jobs: JobTable, database: Database) -> None:
    once, first = asked(), FirstAnswer(body=b"first")
    answers.keep(once, first)
    assert jobs.ask_once(b"1", WHO, once, written) == first
    with pytest.raises(KeyReused):
        jobs.ask_once(b"1", WHO, replace(once, body_hash=b"other"), written)
    assert how_many(database) == 0


def test_that_too_many_wait_is_no_answer_to_be_kept(jobs: JobTable) -> None:
    once = asked()
    for _ in range(MOST_WAITING):
        jobs.ask(b"1", WHO)
    with pytest.raises(TooManyJobs):
        jobs.ask_once(b"1", WHO, once, written)
    assert jobs.begin() is not None
    assert jobs.ask_once(b"1", WHO, once, written).status == 202
