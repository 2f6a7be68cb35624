"""``swanlab.login()``: check a key with its server and remember it."""

from __future__ import annotations

from swanlab import credentials
from swanlab.credentials import Login
from swanlab.errors import AuthenticationError
from swanlab.sdk.guard import say


def login(
    api_key: str | None = None,
    host: str | None = None,
    web_host: str | None = None,  # noqa: ARG001 - callers give it
    save: bool | str = True,
    relogin: bool = False,
    timeout: float = 10.0,
) -> bool:
    """Sign in to a server; later runs are sent there.

    Args:
        api_key: 21 letters and digits; default is the remembered one, or that of the environment.
        host: address of the server; default is that of the environment, else the one last used.
        web_host: accepted; pages and API have one address.
        save: remember the key for later programs.
        relogin: ask for a key even if one is remembered.
        timeout: seconds to wait for the server.

    Returns:
        True; whoever cannot be signed in gets an exception.

    Raises:
        AuthenticationError: no key, a malformed one, or one the server refuses.
        Unreachable: the server does not answer.
    """
    known = None if relogin else credentials.find(host)
    address = known.host if known else None
    address = credentials.normal_host(host) if host else address or credentials.default_host()
    if address is None:
        raise AuthenticationError(
            "No server is known. Give one: swanlab.login(host=…), or set SWANLAB_API_HOST."
        )
    key = api_key or (known.api_key if known else None)
    if key is None:
        raise AuthenticationError(
            f"No API key for {address}. Copy yours from the user menu of the page, then call "
            "swanlab.login(api_key=…) or run `swanlab login`."
        )
    signed_in = check(address, key, timeout)
    if save:
        credentials.remember(signed_in)
    else:
        credentials.use_for_this_process(signed_in)
    say(f"Currently logged in as: {signed_in.username} to {address}")
    return True


def check(host: str, api_key: str, timeout: float = 10.0) -> Login:
    """Return the login with its user name, asked from the server; raises as ``login`` does."""
    from swanlab.client import Client

    key = credentials.check_key(api_key)
    client = Client(host, key, timeout=timeout)
    try:
        return Login(host, key, client.username())
    finally:
        client.close()
