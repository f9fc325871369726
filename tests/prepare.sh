#!/bin/sh
# What the tests start beside Python: a browser, Redis, nginx. Installed from the distribution where
# that is possible; otherwise what is missing is named, and its tests are skipped (with CI=true: fail).
set -u
missing=""
for pair in chromium:chromium redis-server:redis-server nginx:nginx; do
  command -v "${pair%%:*}" >/dev/null 2>&1 || missing="$missing ${pair##*:}"
done
[ -z "$missing" ] && exit 0

as_root=""
[ "$(id -u)" = 0 ] || { command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null && as_root="sudo -n"; }
if command -v apt-get >/dev/null 2>&1 && { [ "$(id -u)" = 0 ] || [ -n "$as_root" ]; }; then
  echo "Installing$missing from the distribution"
  $as_root apt-get update -qq >/dev/null 2>&1
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing fonts-liberation >/dev/null 2>&1 && exit 0
fi
echo "Missing:$missing. Install them to run every test."
[ "${CI:-}" = true ] && exit 1
exit 0
