"""How many processes and threads serve, and for how long. Addresses and limits come from the environment."""

import os

bind = os.environ.get("DASHBOARD_BIND", "127.0.0.1:8050")
workers = int(os.environ.get("DASHBOARD_WORKERS", "2"))
worker_class = "gthread"
threads = int(os.environ.get("DASHBOARD_THREADS", "4"))
# One copy of code and layout for all workers; databases are opened by each worker itself.
preload_app = False
timeout = 60
graceful_timeout = 20
keepalive = 75
max_requests = 20_000
max_requests_jitter = 2_000
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112, S108
# It would open a socket in $HOME, which a read-only container has not.
control_socket_disable = True
accesslog = None
errorlog = "-"
