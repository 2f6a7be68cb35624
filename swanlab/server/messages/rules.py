"""Rules of projects: what is worth telling somebody who does not look."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from swanlab.server.messages.admin import Secret, Url
from swanlab.server.messages.message import Message

Event = Literal["finished", "crashed", "unresponsive", "above", "below", "nan", "stalled"]
"""What a rule waits for: the end of a run, its silence, a value beyond a bound, one that is no
number, or no improvement for many steps."""
RuleName = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]
Key = Annotated[str, Meta(min_length=1, max_length=1024, pattern=r"^[^\x00]+$")]
Steps = Annotated[int, Meta(ge=1, lt=2**53)]


class NewRule(Message, frozen=True):
    """``above`` and ``below`` need ``key`` and ``bound``, ``nan`` a key, ``stalled`` all but it."""

    name: RuleName
    event: Event
    key: Key | None = None
    bound: float | None = None
    steps: Steps | None = None
    """For ``stalled``: so many steps without a better value."""
    better: Literal["lower", "higher"] = "lower"
    """For ``stalled``: which values are better."""
    email: bool = False
    """Mails who made the rule, at the address that is known to be theirs."""
    webhook: Url | None = None
    """Address that gets a POST with JSON."""
    secret: Secret | None = None
    """Signs what is posted: ``Swanlab-Signature: sha256=`` and the HMAC of the body."""
    enabled: bool = True


class RuleEdit(Message, frozen=True):
    """What is left out stays, the event always. Another ``key``, ``bound``, ``steps`` or ``better``
    tells again of runs that were told of before.
    """

    name: RuleName | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET
    key: Key | UnsetType = UNSET
    bound: float | UnsetType = UNSET
    steps: Steps | UnsetType = UNSET
    better: Literal["lower", "higher"] | UnsetType = UNSET
    email: bool | UnsetType = UNSET
    """Mails who made the rule, whoever changes it."""
    webhook: Url | UnsetType | None = UNSET
    """Another address than before goes without the secret of the one before."""
    secret: Secret | UnsetType | None = UNSET


class ProjectRule(Message, frozen=True):
    """One rule; of a secret only whether there is one. ``author`` is null once there is no such."""

    id: int
    name: str
    event: Event
    key: str | None
    bound: float | None
    steps: int | None
    better: Literal["lower", "higher"]
    email: bool
    webhook: str | None
    signed: bool
    enabled: bool
    author: str | None
    created_at: int


class ProjectRules(Message, frozen=True):
    rules: list[ProjectRule]


class Delivery(Message, frozen=True):
    """One thing told, or to be told. Times are Unix milliseconds."""

    id: int
    rule: int
    run: str | None
    """Null for one that was asked for to try the rule."""
    at: int
    channel: Literal["email", "webhook"]
    text: str
    state: Literal["waiting", "sent", "failed"]
    tries: int
    next_at: int | None
    """When it is tried again."""
    error: str | None


class Deliveries(Message, frozen=True):
    """The newest first, at most 200; kept for 30 days."""

    deliveries: list[Delivery]
