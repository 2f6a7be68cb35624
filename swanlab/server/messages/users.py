"""Accounts: who signs in, signs up, and is looked after by admins."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from swanlab.server.messages.message import Message

Username = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,24}$")]
Password = Annotated[str, Meta(min_length=8, max_length=1024)]
Email = Annotated[
    str, Meta(max_length=254, pattern=r"^[^@\s\x00-\x1f<>\",;:]+@[^@\s\x00-\x1f<>\",;:]+$")
]
Token = Annotated[str, Meta(min_length=1, max_length=200)]
"""The secret part of a link."""


class Credentials(Message, frozen=True):
    username: str
    password: str


class User(Message, frozen=True):
    username: str
    admin: bool


class Session(Message, frozen=True):
    """Who is signed in, and to what kind of server (``watch`` has one nameless user)."""

    user: User
    mode: Literal["server", "watch"]
    version: str


class Account(Message, frozen=True):
    """A user, as admins and the user see it; times are Unix milliseconds."""

    username: str
    admin: bool
    email: str | None
    verified: bool
    """Whether the address is known to be theirs."""
    created_at: int
    disabled_at: int | None
    used_at: int | None
    """When a browser or a key of theirs was last heard of."""
    has_password: bool = True


class Accounts(Message, frozen=True):
    """Users by name; ``after`` asks for the next page, null at the end."""

    users: list[Account]
    total: int
    after: str | None


class NewUser(Message, frozen=True):
    """Without ``password`` the user chooses one by the link in the answer."""

    username: Username
    password: Password | None = None
    admin: bool = False
    email: Email | None = None


class UserAdded(Message, frozen=True):
    """``link`` is null when a password was given; it works once, and is shown only here."""

    username: str
    admin: bool
    link: str | None = None


class AccountEdit(Message, frozen=True):
    """What an admin changes of a user; what is left out stays."""

    admin: bool | UnsetType = UNSET
    disabled: bool | UnsetType = UNSET
    email: Email | UnsetType | None = UNSET


class OneTimeLink(Message, frozen=True):
    """Shown once; works once, until then (Unix milliseconds)."""

    link: str
    expires_at: int


class PasswordChange(Message, frozen=True):
    """``old`` may be left out only by who has no password yet."""

    new: Password
    old: str = ""


class PasswordReset(Message, frozen=True):
    """``token`` is what follows ``/reset/`` in the link."""

    token: Token
    password: Password


class Forgotten(Message, frozen=True):
    """Whose password is forgotten: a name or an address."""

    who: Annotated[str, Meta(min_length=1, max_length=254)]


class EmailEdit(Message, frozen=True):
    """The caller's own address; null takes it away. It is theirs once its link was opened."""

    email: Email | None


class LinkToken(Message, frozen=True):
    """``token`` is what follows ``/confirm/`` in the link."""

    token: Token


class SignUp(Message, frozen=True):
    """``invite`` is what follows ``/join/`` in an invite's link."""

    username: Username
    password: Password
    email: Email | None = None
    invite: Token | None = None


class SignedUp(Message, frozen=True):
    """``confirm``: the account opens once the link that was sent to the address is opened."""

    username: str
    confirm: bool
