#!/bin/sh
# The browser tests drive the system's Chromium: install it where that is possible, else say how.
find_it() { command -v chromium || command -v chromium-browser || command -v google-chrome; }
find_it >/dev/null && exit 0
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  apt-get update -qq && apt-get install -y -qq chromium >/dev/null && find_it >/dev/null && exit 0
fi
echo "Chromium is needed for the browser tests." >&2
echo "Debian: apt-get install chromium. macOS: brew install --cask chromium." >&2
exit 1
