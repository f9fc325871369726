"""What gunicorn serves: `gunicorn --config deploy/gunicorn.conf.py wsgi:server`."""

import sys

from dashboard.app import create_app
from dashboard.settings import SettingsError, load_settings
from dashboard.web import configure_logging

try:
    settings = load_settings()
except SettingsError as error:
    sys.exit(str(error))
configure_logging(settings.log_level)
app = create_app(settings)
server = app.server
# Dash finishes its set-up with the first request, which threads would otherwise race for.
server.test_client().get(settings.url_prefix, environ_base={"REMOTE_ADDR": ""})
