"""How do the tables of the workspace become those of this version? One step at a time, by one process at a time.

A new step: `versions/NNNN_what_it_does.py`, as alembic knows them.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, func, inspect, select
from sqlalchemy.schema import CreateSchema

from data_access.workspace_schema import SCHEMA

LOCK = 7_314_926_052  # any number, the same for all who migrate, and another one than of loads


def migrate(connection: Connection) -> None:
    """Within the caller's transaction. Raises alembic's CommandError where a newer version was here before."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("begin immediate")
    else:
        connection.execute(select(func.pg_advisory_xact_lock(LOCK)))
        # To create it if not exists needs the right to create, even where it exists.
        if not inspect(connection).has_schema(SCHEMA):
            connection.execute(CreateSchema(SCHEMA))
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
