"""From ``--media-url`` to the place that it names."""

from __future__ import annotations

from pathlib import Path

from swanlab.server.media.contract import MediaStore, Unavailable
from swanlab.server.media.local import LocalMedia


class BadAddress(Exception):
    """The address cannot be used; the message says why and what to do."""


def open_media(url: str | None, data_dir: Path, *, direct: bool | None = None) -> MediaStore:
    """Return the place for blobs: ``s3://bucket/prefix``, a folder, or one in the data directory.

    Raises:
        BadAddress: it is neither, cannot be reached, or needs what is not installed.
    """
    if url is None:
        return LocalMedia(data_dir / "media")
    scheme, separator, rest = url.partition("://")
    if not separator or scheme == "file":
        return LocalMedia(Path(rest or url).expanduser().absolute())
    if scheme != "s3" or not rest.strip("/"):
        raise BadAddress(f"{url} names no place for files: give s3://bucket/prefix, or a folder.")
    try:
        from swanlab.server.media.object import ObjectMedia
    except ImportError as error:
        raise BadAddress("s3:// needs obstore: pip install 'swanlab[s3]'") from error
    try:
        media = ObjectMedia(url, direct=direct)
        media.check()
    except (Unavailable, ValueError) as error:
        raise BadAddress(
            f"{url} cannot be used: {error}. Credentials, region and endpoint are taken from"
            " AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION and AWS_ENDPOINT_URL."
        ) from error
    return media
