"""From settings to a served application: every piece is put together here, and nowhere else."""

from pathlib import Path

import structlog
from dash import Dash

from callbacks import actions, exports, health_versions, search, shell
from callbacks.request import guard_dispatch, verify
from dashboard.pages import PAGES
from dashboard.settings import Settings
from dashboard.web import guard, index_with_nonce
from data_access import choices
from data_access.cache import open_answers
from data_access.engine import open_store
from data_access.scope import Role, Scope
from data_access.workspace import WorkspaceUnavailable, open_workspace
from layouts.shell import Tab
from layouts.shell import shell as frame

PRODUCT = "Usage & health"
INDEX = """<!doctype html>
<html lang="en">
  <head>
    {%metas%}
    <title>{%title%}</title>
    {%favicon%}
    {%css%}
  </head>
  <body>
    {%app_entry%}
    <footer>{%config%}{%scripts%}{%renderer%}</footer>
  </body>
</html>"""


log = structlog.get_logger()


def create_app(settings: Settings) -> Dash:
    """The Dash application; its `.server` is the WSGI application."""
    store = open_store(settings.store_url, settings.data_dir / "store")
    workspace = open_workspace(settings.workspace_address, settings.data_dir)
    try:
        workspace.migrate()
    except WorkspaceUnavailable as error:  # usage is served without it, and it is tried again
        log.warning("workspace unavailable", reason=str(error))
    app = Dash(
        __name__,
        title=PRODUCT,
        index_string=INDEX,
        update_title="",
        assets_folder=str(Path(__file__).parents[1] / "assets"),
        requests_pathname_prefix=settings.url_prefix,
        routes_pathname_prefix=settings.url_prefix,
        suppress_callback_exceptions=True,
        serve_locally=True,
        compress=False,
        meta_tags=[{"name": "viewport", "content": "width=device-width, initial-scale=1"}],
    )
    app.server.config[health_versions.SETTINGS] = settings.health
    app.interpolate_index = index_with_nonce(app.interpolate_index)
    tabs = [Tab(page.title, app.get_relative_path(page.path)) for page in PAGES if page.has_tab]
    app.layout = frame(PRODUCT, tabs)
    shell.register(app, {app.get_relative_path(page.path): page.layout for page in PAGES})
    search.register(app)
    actions.register(app)
    exports.register(app)
    for page in PAGES:
        page.register(app)
    guard_dispatch(app, open_answers(settings.cache_url, settings.data_dir / "cache", settings.secret))
    guard(app, settings, store, workspace, lambda email: choices.is_manager(_THE_DOOR, email))
    verify(app)
    return app


# Who asks whether somebody is an account manager, before their own scope is known.
_THE_DOOR = Scope("the door", Role.ADMINISTRATOR)
