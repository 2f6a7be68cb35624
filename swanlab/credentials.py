"""Who we are on which server: API keys by host, in one file that only its owner may read."""

from __future__ import annotations

import os
import re
from pathlib import Path

import msgspec

from swanlab import settings
from swanlab.errors import AuthenticationError, InvalidArgument

KEY_PATTERN = re.compile(r"[A-Za-z0-9]{21}")
_HOST_PATTERN = re.compile(
    r"(?:(?P<scheme>https?)://)?(?P<name>[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:]+\])"
    r"(?::(?P<port>\d{1,5}))?(?:/(?:api/?)?)?"
)


class Login(msgspec.Struct, frozen=True):
    """One server and our key for it."""

    host: str
    api_key: str
    username: str | None = None


class _File(msgspec.Struct):
    default: str | None = None
    logins: dict[str, Login] = {}


def normal_host(host: str) -> str:
    """Return ``scheme://name[:port]``; https unless given, http on loopback.

    Raises:
        InvalidArgument: ``host`` is not an address.
    """
    match = _HOST_PATTERN.fullmatch(host.strip())
    if not match or int(match["port"] or 0) > 65535:
        raise InvalidArgument(
            f"Invalid host: {host!r}. Give an address such as https://swanlab.example.com or "
            "http://127.0.0.1:5093."
        )
    name = match["name"]
    loopback = name == "localhost" or name.startswith("127.") or name == "[::1]"
    scheme = match["scheme"] or ("http" if loopback else "https")
    return f"{scheme}://{name}" + (f":{match['port']}" if match["port"] else "")


def check_key(api_key: str) -> str:
    """Return the key without surrounding blanks; raises ``AuthenticationError`` if malformed."""
    api_key = api_key.strip()
    if not KEY_PATTERN.fullmatch(api_key):
        raise AuthenticationError(
            "An API key is 21 letters and digits. Copy it from the user menu of the web page."
        )
    return api_key


def path() -> Path:
    """Return where the logins are kept."""
    return settings.save_dir() / "credentials.json"


def _load() -> _File:
    try:
        return msgspec.json.decode(path().read_bytes(), type=_File)
    except FileNotFoundError:
        return _File()
    except (OSError, msgspec.MsgspecError) as error:
        raise AuthenticationError(
            f"Cannot read {path()}: {error}. Mend or remove the file, then run `swanlab login`."
        ) from error


def _store(file: _File) -> None:
    target = path()
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = target.with_name(f".{target.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(msgspec.json.format(msgspec.json.encode(file), indent=2))
    fresh.replace(target)


_this_process: Login | None = None


def use_for_this_process(login: Login) -> None:
    """Use ``login`` until the program ends, without remembering it."""
    global _this_process  # noqa: PLW0603 - set by swanlab.login(save=False)
    _this_process = login


def find(host: str | None = None) -> Login | None:
    """Return the login for ``host`` (default: the environment's, else the last one used).

    A key chosen by ``Settings`` wins over that of ``login(save=False)``, that over the
    environment's, that over a remembered one.
    """
    host = host or settings.chosen("host")
    here = _this_process and (host is None or normal_host(host) == _this_process.host)
    if here and not settings.chosen("api_key"):
        return _this_process
    env_key = settings.get("api_key")
    file = _load()
    wanted = normal_host(host) if host else _default_host(file)
    if wanted is None:
        return None
    known = file.logins.get(wanted)
    if env_key:
        same = known is not None and known.api_key == env_key
        return Login(wanted, check_key(env_key), known.username if known and same else None)
    return known


def remembered(host: str) -> Login | None:
    """Return the login that is kept for ``host``, whatever the environment says.

    Raises:
        AuthenticationError: the file that keeps it cannot be read.
    """
    return _load().logins.get(normal_host(host))


def default_host() -> str | None:
    """Return the server meant where none is named, with or without a key for it.

    Raises:
        InvalidArgument: the setting is not an address.
    """
    return _default_host(_load())


def _default_host(file: _File) -> str | None:
    wanted = settings.get("host") or file.default
    return normal_host(wanted) if wanted else None


def remember(login: Login) -> None:
    """Keep ``login`` and make its host the default."""
    file = _load()
    file.logins[login.host] = login
    file.default = login.host
    _store(file)


def forget(host: str | None = None) -> Login | None:
    """Remove the login for ``host`` (default: the last one used) and return it."""
    file = _load()
    wanted = normal_host(host) if host else file.default
    gone = file.logins.pop(wanted, None) if wanted else None
    if file.default == wanted:
        file.default = next(iter(file.logins), None)
    if gone:
        _store(file)
    return gone
