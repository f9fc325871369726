# Identity is "local" until set otherwise, and then nobody outside the container is let in:
# start it with DASHBOARD_IDENTITY=header and DASHBOARD_TRUSTED_NETWORKS. See docs/deploy.md.
FROM python:3.11-slim AS build

RUN pip install --no-cache-dir uv==0.13.9
ENV UV_COMPILE_BYTECODE=1 \
    UV_LINK_MODE=copy \
    UV_PYTHON_DOWNLOADS=never
WORKDIR /app
# The packages first: they change less often than the product.
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-dev --no-install-project
COPY . .
RUN uv sync --frozen --no-dev \
    && .venv/bin/python -m compileall -q -x '/\.venv/' .

FROM python:3.11-slim

RUN useradd --uid 10001 --user-group --no-log-init --no-create-home --home-dir /tmp dashboard \
    && install --directory --owner dashboard --group dashboard /data
# Owned by root: the process cannot change its own code.
COPY --from=build /app /app
ENV PATH=/app/.venv/bin:$PATH \
    HOME=/tmp \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DASHBOARD_DATA_DIR=/data \
    DASHBOARD_BIND=0.0.0.0:8050
WORKDIR /app
USER dashboard
VOLUME /data
EXPOSE 8050
# Plain urllib: the image has no curl.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8050/healthz', timeout=4)"]
CMD ["gunicorn", "--config", "deploy/gunicorn.conf.py", "--no-control-socket", "wsgi:server"]
