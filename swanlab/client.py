"""HTTP to a server: one request in, one answer or one error of our tree out."""

from __future__ import annotations

import platform
from typing import IO, Any, BinaryIO, NamedTuple
from urllib.parse import quote
from weakref import finalize

import httpx2
import msgspec
import zstandard

import swanlab
from swanlab.errors import AuthenticationError, OffsetConflict, ServerError, Unreachable

_RETRY = {408, 425, 429, 500, 502, 503, 504, 507}


class Posted(NamedTuple):
    """The server's answer to a post."""

    offset: int
    """Which it expects next."""
    stop: int | None
    """When the training was asked to end (Unix milliseconds), None if it was not."""


class Client:
    """A server and our key for it. Not thread-safe; close it when done.

    Every method raises ``Unreachable`` when asking again later may help, ``AuthenticationError``
    for a refused key, ``ServerError`` otherwise.
    """

    def __init__(
        self,
        host: str,
        api_key: str | None = None,
        *,
        timeout: float = 30.0,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        """Prepare for ``host``; nothing is sent yet. ``timeout`` is in seconds per operation."""
        self.host = host
        headers = {"User-Agent": f"swanlab/{swanlab.__version__}", "Accept": "application/json"}
        if api_key:
            headers["Authorization"] = f"Bearer {api_key}"
        self._http = httpx2.Client(
            base_url=host + "/api/v1",
            headers=headers,
            timeout=httpx2.Timeout(timeout, connect=min(timeout, 5.0)),
            transport=transport,
        )
        # Forgotten without close(), it leaves no socket behind.
        finalize(self, self._http.close).atexit = False
        self._compressor = zstandard.ZstdCompressor(level=1)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def request(
        self, method: str, path: str, body: object = None, params: dict[str, Any] | None = None
    ) -> Any:
        """Send one JSON request below ``/api/v1`` and return the decoded answer (None if empty)."""
        content = None if body is None else msgspec.json.encode(body)
        headers = {"Content-Type": "application/json"} if content is not None else {}
        return self._send(method, path, content, headers, params)

    def _send(
        self,
        method: str,
        path: str,
        content: bytes | None,
        headers: dict[str, str],
        params: dict[str, Any] | None,
    ) -> Any:
        answer = self._answer(method, path, content, headers, params)
        try:
            return msgspec.json.decode(answer) if answer else None
        except msgspec.DecodeError as error:
            raise ServerError(f"{self.host} does not answer like a swanlab server.") from error

    def _answer(
        self,
        method: str,
        path: str,
        content: bytes | None,
        headers: dict[str, str],
        params: dict[str, Any] | None,
    ) -> bytes:
        try:
            answer = self._http.request(
                method, path, content=content, headers=headers, params=params
            )
        except httpx2.HTTPError as error:
            reason = str(error) or type(error).__name__
            raise Unreachable(f"{self.host} cannot be reached: {reason}") from error
        if answer.status_code >= 400:
            raise _error(self.host, answer)
        return answer.content

    def read(self, path: str, params: dict[str, Any] | None = None) -> bytes:
        """Return the bytes at a path below ``/api/v1``."""
        return self._answer("GET", path, None, {"Accept": "*/*"}, params)

    def fetch(self, path: str, params: dict[str, Any], file: BinaryIO, digest: str) -> None:
        """Append what is at a path below ``/api/v1`` to ``file``, from where the file ends.

        If it is no longer the file of that ``digest`` (SHA-256), all of it is written anew. A
        server may name a place where it can be had itself; what cannot be had there, it gives.
        """
        headers = {"Accept": "*/*", "Accept-Encoding": "identity"}
        if have := file.tell():
            headers |= {"Range": f"bytes={have}-", "If-Range": f'"{digest}"'}
        try:
            with self._http.stream(
                "GET", path, headers=headers, params={**params, "direct": "true"}
            ) as answer:
                if answer.status_code != 307:
                    self._take(answer, file)
                    return
                elsewhere = answer.headers["Location"]
            if not _fetched(elsewhere, file):
                if have := file.tell():
                    headers |= {"Range": f"bytes={have}-", "If-Range": f'"{digest}"'}
                with self._http.stream("GET", path, headers=headers, params=params) as answer:
                    self._take(answer, file)
        except httpx2.HTTPError as error:
            reason = str(error) or type(error).__name__
            raise Unreachable(f"{self.host} cannot be reached: {reason}") from error

    def _take(self, answer: httpx2.Response, file: BinaryIO) -> None:
        if answer.status_code >= 400:
            answer.read()
            raise _error(self.host, answer)
        if answer.status_code != 206:
            file.truncate(0)
        file.writelines(answer.iter_raw())

    def save(self, path: str, params: dict[str, Any] | None, file: IO[bytes]) -> int:
        """Write what is at a path below ``/api/v1`` into a file as it comes; return its size."""
        size = 0
        try:
            with self._http.stream("GET", path, params=params, headers={"Accept": "*/*"}) as answer:
                if answer.status_code >= 400:
                    answer.read()
                    raise _error(self.host, answer)
                for piece in answer.iter_bytes():
                    size += file.write(piece)
        except httpx2.HTTPError as error:
            reason = str(error) or type(error).__name__
            raise Unreachable(f"{self.host} broke off: {reason}") from error
        return size

    def username(self) -> str:
        """Return the name of the key's owner."""
        return str(self.request("GET", "/session")["user"]["username"])

    def sign_in(self, username: str, password: str, *, scope: str = "write") -> str:
        """Sign in with a password, make a new API key named for this machine and return it.

        ``scope`` is what it may be used for: ``read``, ``write`` or ``admin``.
        """
        self.request("POST", "/session", {"username": username, "password": password})
        self._http.headers["Origin"] = self.host
        key = {"name": f"swanlab login on {platform.node()}"[:100], "scope": scope}
        made = str(self.request("POST", "/keys", key)["api_key"])
        self.request("DELETE", "/session")
        del self._http.headers["Origin"]
        return made

    def open_run(self, workspace: str | None, project: str, run: dict[str, Any]) -> dict[str, Any]:
        """Create the run, or find it; returns the body of ``RunOpened``."""
        path = f"/projects/{quote(workspace or '~', safe='~')}/{quote(project, safe='')}/runs"
        return dict(self.request("POST", path, run))

    def post_frames(self, run_path: str, writer: str, offset: int, frames: bytes) -> Posted:
        """Send bytes of a run file.

        Raises:
            OffsetConflict: the server expects another offset; nothing was stored.
        """
        body = self._compressor.compress(frames)
        headers = {"Content-Type": "application/octet-stream"}
        params = {"writer": writer, "offset": offset}
        answer = self._send("POST", f"{run_path}/frames", body, headers, params)
        return Posted(int(answer["offset"]), answer.get("stop"))

    def put_part(self, path: str, offset: int, size: int, part: bytes) -> int:
        """Send a part of a blob of ``size`` bytes; returns how many bytes the server has now.

        Raises:
            OffsetConflict: the server has more or fewer bytes than ``offset``.
        """
        headers = {"Content-Type": "application/octet-stream"}
        answer = self._send("PUT", path, part, headers, {"offset": offset, "size": size})
        return int(answer["offset"])

    def put_direct(self, url: str, part: bytes) -> bool:
        """Send a part to a presigned address, without our key; whether it was taken there."""
        try:
            answer = httpx2.put(url, content=part, timeout=httpx2.Timeout(60.0, connect=5.0))
        except httpx2.HTTPError:
            return False
        return answer.status_code < 300

    def heartbeat(self, run_path: str) -> int | None:
        """Say that the run is alive though it logs nothing.

        Returns when the training was asked to end (Unix milliseconds), None if it was not.
        """
        stop = (self.request("POST", f"{run_path}/heartbeat") or {}).get("stop")
        return None if stop is None else int(stop)

    def answer_stop(self, run_path: str, asked_at: int, answer: str) -> None:
        """Say what the training did when it was asked to end."""
        self.request("POST", f"{run_path}/stop/answer", {"asked_at": asked_at, "answer": answer})


def run_path(workspace: str, project: str, run: str) -> str:
    """Return the path of a run below ``/api/v1``."""
    parts = (quote(part, safe="") for part in (workspace, project, run))
    return "/projects/{}/{}/runs/{}".format(*parts)


def _fetched(url: str, file: BinaryIO) -> bool:
    """Append what is at a presigned address, without our key; False when not all could be had."""
    have = file.tell()
    headers = {"Accept-Encoding": "identity", **({"Range": f"bytes={have}-"} if have else {})}
    timeout = httpx2.Timeout(30.0, connect=5.0)
    try:
        with httpx2.stream("GET", url, headers=headers, timeout=timeout) as answer:
            if answer.status_code != (206 if have else 200):
                return False
            file.writelines(answer.iter_raw())
    except httpx2.HTTPError:
        return False
    return True


def _error(host: str, answer: httpx2.Response) -> Exception:
    """Turn an answer of status 400 and above into the error to raise."""
    status = answer.status_code
    try:
        body = msgspec.json.decode(answer.content)["error"]
        code, message = str(body["code"]), str(body["message"])
        expected = body.get("detail", {}).get("expected")
    except (msgspec.DecodeError, KeyError, TypeError, AttributeError):
        code, message, expected = "", f"{host} answered {status} {answer.reason_phrase}", None
    if status == 409 and isinstance(expected, int):
        return OffsetConflict(expected)
    if status == 401:
        return AuthenticationError(f"{host}: {message}")
    if status in _RETRY:
        try:
            wait = float(answer.headers.get("Retry-After", 0))
        except ValueError:
            wait = 0.0
        return Unreachable(f"{host}: {message}", status=status, retry_after=wait)
    return ServerError(f"{host}: {message}", status=status, code=code)
