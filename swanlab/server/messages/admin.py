"""What admins set for the whole server: who may come in, quotas, sign-in elsewhere, mail."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType, field

from swanlab.server.messages.message import Line, Message, Millis
from swanlab.server.messages.users import Email

SignUpPolicy = Literal["closed", "invite", "open"]
Domain = Annotated[str, Meta(pattern=r"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$")]
Url = Annotated[str, Meta(max_length=2048, pattern=r"^https?://[^\s\x00-\x1f]+$")]
Amount = Annotated[int, Meta(ge=0, lt=2**53)]
Secret = Annotated[str, Meta(max_length=1024)]
MASKED = "********"
"""Stands for a secret that is set; sent back, it leaves the secret as it is."""


class Oidc(Message, frozen=True):
    """A provider of OpenID Connect by whom users may sign in."""

    issuer: Url
    """Below it is ``.well-known/openid-configuration``."""
    client_id: Annotated[str, Meta(min_length=1, max_length=255)]
    client_secret: Secret = ""
    """Empty for a public client. Answers hold ``********`` in its place."""
    name: Annotated[str, Meta(min_length=1, max_length=50, pattern=r"^[^\x00-\x1f\x7f]*$")] = "SSO"
    """What the button says."""
    scopes: Annotated[list[Annotated[str, Meta(max_length=100)]], Meta(max_length=20)] = field(
        default_factory=lambda: ["openid", "profile", "email"]
    )
    create: bool = True
    """Whether who is not known yet gets an account, whatever the sign-up policy says; addresses
    must be below ``email_domains`` then, too."""
    admin_claim: Annotated[str, Meta(max_length=100)] | None = None
    """Claim that makes admins, such as ``groups``; null leaves that to admins here."""
    admin_values: Annotated[list[Line], Meta(max_length=100)] = []
    """Any of these in the claim makes an admin."""


class Mail(Message, frozen=True):
    """The server that takes our mail, by SMTP."""

    host: Annotated[str, Meta(min_length=1, max_length=255, pattern=r"^[^\s\x00-\x1f]+$")]
    sender: Email
    port: Annotated[int, Meta(ge=1, le=65535)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: Annotated[str, Meta(max_length=255)] = ""
    password: Secret = ""
    """Answers hold ``********`` in its place."""


class InstanceSettings(Message, frozen=True):
    """Everything that admins set here."""

    signup: SignUpPolicy = "closed"
    email_domains: Annotated[list[Domain], Meta(max_length=100)] = []
    """Who signs up must show an address below one of these; empty asks for none."""
    anonymous_read: bool = False
    """Whether public projects may be read without an account."""
    default_visibility: Literal["private", "public"] = "private"
    """Of new projects."""
    public_url: Url | None = None
    """What links and sign-in elsewhere call this server; null: what the browser calls it."""
    audit_days: Annotated[int, Meta(ge=1, le=36500)] | None = 730
    """For how long the audit log is kept; null for ever."""
    quota_bytes: Amount | None = None
    quota_runs: Amount | None = None
    """Of every workspace that has no quota of its own; null is no limit."""
    oidc: Oidc | None = None
    mail: Mail | None = None
    private_webhooks: bool = False
    """Whether webhooks may go to addresses of private networks, and of this machine."""


class InstanceEdit(Message, frozen=True):
    """What is left out stays."""

    signup: SignUpPolicy | UnsetType = UNSET
    email_domains: Annotated[list[Domain], Meta(max_length=100)] | UnsetType = UNSET
    anonymous_read: bool | UnsetType = UNSET
    default_visibility: Literal["private", "public"] | UnsetType = UNSET
    public_url: Url | UnsetType | None = UNSET
    audit_days: Annotated[int, Meta(ge=1, le=36500)] | UnsetType | None = UNSET
    quota_bytes: Amount | UnsetType | None = UNSET
    quota_runs: Amount | UnsetType | None = UNSET
    oidc: Oidc | UnsetType | None = UNSET
    mail: Mail | UnsetType | None = UNSET
    private_webhooks: bool | UnsetType = UNSET


class Instance(Message, frozen=True):
    """What everybody may know of the server, before signing in."""

    mode: Literal["server", "watch"]
    signup: SignUpPolicy
    needs_email: bool
    """Whether who signs up must show an address."""
    email_domains: list[str]
    oidc: str | None
    """What the button for sign-in elsewhere says; null when there is none."""
    mail: bool
    """Whether forgotten passwords can be reset by mail."""
    anonymous_read: bool
    default_visibility: Literal["private", "public"]


class NewInvite(Message, frozen=True):
    """For ``uses`` accounts; with ``email`` it is for one, and shows that the address is theirs."""

    uses: Annotated[int, Meta(ge=1, le=1000)] = 1
    expires_at: Millis | None = None
    """Null is in a week."""
    email: Email | None = None


class Invite(Message, frozen=True):
    """Times are Unix milliseconds; of the link itself only a hash is kept."""

    id: int
    author: str
    email: str | None
    uses: int
    used: int
    created_at: int
    expires_at: int


class InviteMade(Message, frozen=True):
    """The link is shown only here; ``sent`` says whether it was mailed, too."""

    link: str
    invite: Invite
    sent: bool


class Invites(Message, frozen=True):
    invites: list[Invite]


class InviteState(Message, frozen=True):
    """Whether an invite is good, for who follows its link."""

    good: bool
    email: str | None


class Quota(Message, frozen=True):
    """What a workspace may hold; null is the setting of the server. Used is counted at times."""

    workspace: str
    bytes: int | None
    runs: int | None
    limit_bytes: int | None
    limit_runs: int | None
    """What holds now; null is no limit."""
    used_bytes: int
    used_runs: int


class QuotaEdit(Message, frozen=True):
    """Null: the setting of the server. What is left out stays."""

    bytes: Amount | UnsetType | None = UNSET
    runs: Amount | UnsetType | None = UNSET
