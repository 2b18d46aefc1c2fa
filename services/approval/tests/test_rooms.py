"""The migration makes what the tables say; the command line names the window; the desk describes itself."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from services.approval.__main__ import chosen
from services.approval.tables import metadata
from services.approval.tests.desk import Desk


async def test_the_migration_makes_the_tables(desk: Desk):
    def differences(connection) -> list[object]:
        return compare_metadata(MigrationContext.configure(connection), metadata)

    async with desk.harness.service.database.read() as connection:
        assert await connection.run_sync(differences) == []


@pytest.mark.parametrize(
    ("arguments", "environment", "departments", "desk_name"),
    [
        (["--department", "fire"], {}, ("fire",), "fire"),
        (
            ["--department", "culture", "--department", "forestry", "--window", "general"],
            {},
            ("culture", "forestry"),
            "general",
        ),
        ([], {"YIMEN_APPROVAL_DEPARTMENTS": "health,market"}, ("health", "market"), "health"),
        (["--department", "fire"], {"YIMEN_APPROVAL_DEPARTMENTS": "health"}, ("fire",), "fire"),
    ],
)
def test_departments_come_from_the_command_line_or_the_environment(
    monkeypatch, arguments, environment, departments, desk_name
):
    monkeypatch.setenv("YIMEN_APPROVAL_DATABASE_URL", "sqlite+aiosqlite:///unused.db")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    settings = chosen(arguments)
    assert (settings.departments, settings.desk) == (departments, desk_name)


@pytest.mark.rule("R26", "R42")
async def test_the_description_names_the_lawful_procedures_and_the_three_opinions(desk: Desk):
    schemas = (await desk.harness.client.get("/openapi.json")).json()["components"]["schemas"]
    assert set(schemas["Opinion"]["enum"]) == {"consent", "refuse", "consent_but_forward"}
    assert len(schemas["PauseKind"]["enum"]) == 8
