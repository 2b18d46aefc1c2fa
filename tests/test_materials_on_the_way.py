"""Files over real connections: through the front that stands before separate processes, and into a bucket."""

from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deploy.embedded import build_hall
from deploy.front import Front
from deploy.outside import Outside
from deploy.real import House, processes
from services.intake.app import build
from services.intake.settings import IntakeSettings
from tests.support.answering import answering
from yimen.objects import Objects, StoreDown
from yimen.testing import Harness, start_service
from yimen.web import Role

MOST = b"\xff\xd8\xff\xe0" + bytes(20 * 1024 * 1024 - 4)
HASH = sha256(MOST).hexdigest()


@pytest.fixture
async def intake(tmp_path: Path) -> AsyncIterator[Harness]:
    async with start_service(build, IntakeSettings(database_url=f"sqlite+aiosqlite:///{tmp_path / 'i.db'}")) as harness:
        yield harness


async def test_twenty_megabytes_pass_the_front_and_one_more_byte_does_not(intake: Harness, tmp_path: Path) -> None:
    async with answering(intake.service.app) as address:
        front = Front({"/intake": [address]})
        hall = Starlette(routes=[Route("/{path:path}", front.answer, methods=["POST"])])
        transport = httpx.ASGITransport(hall)
        async with httpx.AsyncClient(transport=transport, base_url="http://hall.test", timeout=60) as client:
            clerk = intake.as_(Role.WINDOW_CLERK)
            answer = await client.post("/intake/files", content=MOST, headers=clerk)
            too_much = await client.post("/intake/files", content=MOST + b" ", headers=clerk)
        await front.close()
    assert (answer.status_code, answer.json()["sha256"]) == (201, HASH)
    assert too_much.status_code in {413, 503}, "refused before it was sent whole: the connection may be cut off"
    assert [path.name for path in (tmp_path / "materials").rglob("*") if path.is_file()] == [HASH]


# -- a bucket -----------------------------------------------------------------------------------------------------------


class Bucket:
    """As much of S3 as materials ask for."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.full = False
        self.app = Starlette(routes=[Route("/{key:path}", self.answer, methods=["GET", "PUT"])])

    async def answer(self, request: Request) -> Response:
        assert request.headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=hall/")
        key = request.path_params["key"]
        if request.method == "PUT":
            if self.full:
                return Response(status_code=403)
            self.objects[key] = await request.body()
            return Response(headers={"ETag": '"1"'})
        if key not in self.objects:
            return Response(status_code=404)
        return Response(self.objects[key], headers={"ETag": '"1"', "Last-Modified": "Mon, 28 Sep 2026 01:00:00 GMT"})


@pytest.fixture
async def bucket(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bucket]:
    made = Bucket()
    async with answering(made.app) as address:
        told = {"ENDPOINT": address, "ALLOW_HTTP": "true", "REGION": "county"}
        told |= {"ACCESS_KEY_ID": "hall", "SECRET_ACCESS_KEY": "of tests"}
        for name, value in told.items():
            monkeypatch.setenv(f"AWS_{name}", value)
        yield made


async def test_a_bucket_keeps_what_a_folder_would(bucket: Bucket) -> None:
    materials = Objects.at("s3://yimen/materials")
    for _ in range(2):
        await materials.put(HASH, MOST)
    assert bucket.objects == {f"yimen/materials/{HASH[:2]}/{HASH[2:4]}/{HASH}": MOST}
    assert b"".join([piece async for piece in await materials.get(HASH)]) == MOST
    with pytest.raises(FileNotFoundError):
        await materials.get("0" * 64)


async def test_a_bucket_that_refuses_is_an_outage(bucket: Bucket) -> None:
    bucket.full = True
    with pytest.raises(StoreDown):
        await Objects.at("s3://yimen").put(HASH, b"x")


# -- where the ways to run keep them ------------------------------------------------------------------------------------


def test_every_way_to_run_keeps_materials_in_its_home(tmp_path: Path) -> None:
    embedded = build_hall(tmp_path / "a hall", "http://127.0.0.1:1").services["intake"]
    assert embedded.context.settings.materials_url == (tmp_path / "a hall" / "materials").as_uri()
    assert (tmp_path / "a hall" / "materials").is_dir()
    house = House(tmp_path, "http://127.0.0.1:1", "amqp://", "postgresql://localhost/postgres")
    (intake,) = (one for one in processes(house, Outside(tmp_path, house.base)) if one.name == "intake")
    assert intake.environment["YIMEN_INTAKE_MATERIALS"] == (tmp_path / "materials").as_uri()
