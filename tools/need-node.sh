#!/bin/sh
# The web front end is built with Node; say what to install when it is not here.
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  echo "Node 20 or newer with npm is needed to build the web front end." >&2
  echo "Debian and Ubuntu: apt-get install nodejs npm. Else see nodejs.org." >&2
  exit 1
fi
if ! node -e 'process.exit(+(process.versions.node.split(".")[0] < 20))'; then
  echo "Node $(node --version) is too old to build the web front end; 20 or newer is needed." >&2
  exit 1
fi
