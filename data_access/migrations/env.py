"""Run by Alembic, with the connection that data_access/workspace.py hands over."""

from alembic import context

from data_access.workspace_schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
