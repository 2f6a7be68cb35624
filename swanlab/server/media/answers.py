"""What a place for blobs raises, as answers of the API."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from swanlab.server.http import Problem
from swanlab.server.media.contract import NoSpace, Unavailable, WrongDigest, WrongOffset

T = TypeVar("T")

log = logging.getLogger("swanlab.server")


def answered(work: Callable[[], T]) -> T:
    """Do it; what a store raises becomes an answer."""
    try:
        return work()
    except WrongOffset as wrong:
        message = f"Go on at byte {wrong.expected} of this blob."
        detail = {"expected": wrong.expected}
        raise Problem(409, "wrong_offset", message, detail) from wrong
    except WrongDigest as wrong:
        message = "These bytes do not have that SHA-256; send the blob anew."
        raise Problem(422, "wrong_digest", message) from wrong
    except Unavailable as away:
        log.warning("blobs: %s", away)
        message = "The place where files are kept does not answer; try again."
        raise Problem(503, "unavailable", message, headers={"retry-after": "5"}) from away
    except NoSpace as full:
        message = "The server has no room for more files; it goes on when there is some."
        raise Problem(507, "no_space", message, headers={"retry-after": "10"}) from full
