"""The floor that HTTP figures are told against: a bare FastAPI application on one uvicorn worker and an asyncpg pool.

No tokens, versions, outbox or rules: one validated model and one statement for each request, which is the least that a
service in these tools could do. `python -m bench.floor PORT POSTGRES_URL`.
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Annotated

import asyncpg
import uvicorn
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field

Name = Annotated[str, Field(min_length=1, max_length=200)]

TABLE = """
CREATE TABLE IF NOT EXISTS applications (
    id bigserial PRIMARY KEY, item_code text NOT NULL, channel text NOT NULL, name text NOT NULL,
    id_number text NOT NULL, phone text NOT NULL, address text NOT NULL, department text NOT NULL,
    copies integer NOT NULL, received_on date NOT NULL, urgent boolean NOT NULL, status text NOT NULL DEFAULT 'new'
)"""
INSERT = """
INSERT INTO applications (item_code, channel, name, id_number, phone, address, department, copies, received_on, urgent)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id"""


class Application(BaseModel):
    """Ten fields."""

    item_code: Annotated[str, Field(max_length=80)]
    channel: Annotated[str, Field(pattern="^(web|window)$")]
    name: Name
    id_number: Annotated[str, Field(min_length=15, max_length=40)]
    phone: Annotated[str, Field(pattern=r"^\+?[0-9\-]{5,20}$")]
    address: Name
    department: Name
    copies: Annotated[int, Field(ge=1, le=99)]
    received_on: date
    urgent: bool


class Stored(Application):
    id: int
    status: str


class Change(BaseModel):
    status: Name


class Made(BaseModel):
    id: int


def bare_app(dsn: str) -> FastAPI:
    pools: list[asyncpg.Pool] = []

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with asyncpg.create_pool(dsn, min_size=10, max_size=10) as pool:
            await pool.execute(TABLE)
            pools.append(pool)
            yield

    app = FastAPI(lifespan=lifespan)

    @app.post("/applications", status_code=201)
    async def create(body: Application) -> Made:
        return Made(id=await pools[0].fetchval(INSERT, *body.model_dump().values()))

    @app.get("/applications/{number}")
    async def read(number: int) -> Stored:
        row = await pools[0].fetchrow("SELECT * FROM applications WHERE id = $1", number)
        if row is None:
            raise HTTPException(404)
        return Stored.model_validate(dict(row))

    @app.get("/applications")
    async def first_hundred() -> list[Stored]:
        rows = await pools[0].fetch("SELECT * FROM applications ORDER BY id LIMIT 100")
        return [Stored.model_validate(dict(row)) for row in rows]

    @app.post("/applications/{number}/status")
    async def change(number: int, body: Change) -> Stored:
        changed = "UPDATE applications SET status = $2 WHERE id = $1 RETURNING *"
        row = await pools[0].fetchrow(changed, number, body.status)
        if row is None:
            raise HTTPException(404)
        return Stored.model_validate(dict(row))

    return app


if __name__ == "__main__":
    uvicorn.run(bare_app(sys.argv[2]), host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False)
