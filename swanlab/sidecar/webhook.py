"""Telling a service of the user's, by HTTP, that a run began.

Posted once after ``init()``, in every mode that records; what goes wrong is in the log of this
process.
"""

from __future__ import annotations

import json
from pathlib import Path
from urllib import request

import swanlab
from swanlab.orders import Webhook


def announce(webhook: Webhook, mode: str, run_dir: Path, url: str | None) -> None:
    """Post that the run of ``run_dir`` began; ``url`` is its page, if it has one by now."""
    post(webhook, body(webhook, mode, run_dir, url))


def body(webhook: Webhook, mode: str, run_dir: Path, url: str | None) -> dict[str, object]:
    """Return what is posted: the user's value, and what is known of the run."""
    about = {
        "version": swanlab.__version__,
        "mode": mode,
        "run_dir": str(run_dir),
        "exp_url": url,
    }
    return {"value": webhook.value, "swanlab": about}


def post(webhook: Webhook, said: dict[str, object]) -> None:
    """Post ``said`` as JSON; a failure is one line in the log."""
    if not webhook.url.startswith(("http://", "https://")):
        print("the webhook's address does not start with http:// or https://", flush=True)  # noqa: T201
        return
    asked = request.Request(  # noqa: S310 - checked above
        webhook.url,
        data=json.dumps(said, ensure_ascii=False).encode(),
        headers={
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": f"swanlab/{swanlab.__version__}",
        },
    )
    try:
        with request.urlopen(asked, timeout=webhook.timeout or None):  # noqa: S310 - checked above
            pass
    except (OSError, ValueError) as failed:
        print(f"the webhook could not be told: {type(failed).__name__}: {failed}", flush=True)  # noqa: T201
