"""The peer of the edge: one FastAPI route, one pydantic body, one awaited INSERT on a pool of sixteen connections."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from psycopg_pool import AsyncConnectionPool
from pydantic import BaseModel

pool = AsyncConnectionPool(
    os.environ["BARE_ROUTE_DSN"], min_size=16, max_size=16, open=False, kwargs={"autocommit": True}
)


class Report(BaseModel):
    """The same body as the command's."""

    assignment_id: str
    percent: int


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    await pool.open(wait=True)
    yield
    await pool.close()


app = FastAPI(lifespan=lifespan)


@app.post("/engagements/{engagement_id}/report-productivity")
async def report(engagement_id: str, body: Report) -> dict[str, str]:
    async with pool.connection() as connection:
        await connection.execute(
            "INSERT INTO report (engagement_id, assignment_id, percent) VALUES (%s, %s, %s)",
            (engagement_id, body.assignment_id, body.percent),
        )
    return {"engagement_id": engagement_id}
