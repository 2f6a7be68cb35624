"""The tables of the metadata database, as the newest migration leaves them.

Times are Unix milliseconds. JSON is kept as text: nothing asks inside it. Points, console lines and
offsets live in the metric store, one file per project.

A metric store knows points by the number of the run they came for: their *source*. It lies in the
store of its *home*, the project in which that run was made, wherever the run is moved, and stays
until no run reads it: a copy of a run is a row with the same ``source``.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

metadata = MetaData()

ID = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by itself only for the type INTEGER."""

users = Table(
    "users",
    metadata,
    Column("id", ID, primary_key=True),
    Column("username", String(25), nullable=False),
    Column("folded", String(25), nullable=False, unique=True),
    Column("password", Text, nullable=False),
    Column("admin", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("default_workspace", BigInteger),
    Column("default_visibility", String(7)),
    Column("email", String(254)),
    Column("verified", Boolean, nullable=False, server_default=false()),
    Column("disabled_at", BigInteger),
)
Index(
    "users_by_email",
    users.c.email,
    unique=True,
    sqlite_where=users.c.verified,
    postgresql_where=users.c.verified,
)


def _of_user() -> Column[int]:
    return Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False)


api_keys = Table(
    "api_keys",
    metadata,
    Column("id", ID, primary_key=True),
    Column("hash", LargeBinary(32), nullable=False, unique=True),
    _of_user(),
    Column("name", String(100), nullable=False),
    Column("scope", String(5), nullable=False),
    Column("start", String(4), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("revoked_at", BigInteger),
    Column("used_at", BigInteger),
    Column("address", String(64), nullable=False),
    Index("api_keys_by_user", "user_id"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", ID, primary_key=True),
    Column("hash", LargeBinary(32), nullable=False, unique=True),
    _of_user(),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("used_at", BigInteger, nullable=False),
    Column("address", String(64), nullable=False),
    Column("agent", String(100), nullable=False),
    Index("sessions_by_expiry", "expires_at"),
    Index("sessions_by_user", "user_id"),
)

instance = Table(
    "instance",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)

invites = Table(
    "invites",
    metadata,
    Column("id", ID, primary_key=True),
    Column("hash", LargeBinary(32), nullable=False, unique=True),
    Column("author", String(25), nullable=False),
    Column("email", String(254)),
    Column("uses", BigInteger, nullable=False),
    Column("used", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)

links = Table(
    "links",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True),
    _of_user(),
    Column("purpose", String(8), nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Index("links_by_user", "user_id", "purpose"),
)

identities = Table(
    "identities",
    metadata,
    Column("issuer", String(255), primary_key=True),
    Column("subject", String(255), primary_key=True),
    _of_user(),
    Column("created_at", BigInteger, nullable=False),
    Index("identities_by_user", "user_id"),
)

handshakes = Table(
    "handshakes",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True),
    Column("browser", LargeBinary(32), nullable=False),
    Column("verifier", String(128), nullable=False),
    Column("nonce", String(64), nullable=False),
    Column("target", Text, nullable=False),
    Column("user_id", BigInteger),
    Column("expires_at", BigInteger, nullable=False),
)

tries = Table(
    "tries",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True),
    Column("count", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Index("tries_by_until", "until"),
)

workspaces = Table(
    "workspaces",
    metadata,
    Column("id", ID, primary_key=True),
    Column("name", String(25), nullable=False, unique=True),
    Column("owner_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("quota_bytes", BigInteger),
    Column("quota_runs", BigInteger),
    Column("folded", String(25), nullable=False, server_default=""),
    Column("kind", String(12), nullable=False, server_default="personal"),
    Column("description", Text),
    Index("workspaces_by_folded", "folded", unique=True),
)
"""``owner_id`` is one of the owners among the members: who else is, ``members`` says."""

members = Table(
    "members",
    metadata,
    Column("workspace_id", ID, ForeignKey("workspaces.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("role", String(8), nullable=False),
    Column("joined_at", BigInteger, nullable=False),
    Index("members_by_user", "user_id"),
)

workspace_invites = Table(
    "workspace_invites",
    metadata,
    Column("id", ID, primary_key=True),
    Column("hash", LargeBinary(32), nullable=False, unique=True),
    Column("workspace_id", ID, ForeignKey("workspaces.id", ondelete="CASCADE"), nullable=False),
    Column("role", String(8), nullable=False),
    Column("approval", Boolean, nullable=False),
    Column("uses", BigInteger, nullable=False),
    Column("most_uses", BigInteger),
    Column("made_by", ID, ForeignKey("users.id", ondelete="SET NULL")),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Index("workspace_invites_by_workspace", "workspace_id"),
)

join_requests = Table(
    "join_requests",
    metadata,
    Column("workspace_id", ID, ForeignKey("workspaces.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("role", String(8), nullable=False),
    Column("asked_at", BigInteger, nullable=False),
)

former_names = Table(
    "former_names",
    metadata,
    Column("folded", String(25), primary_key=True),
    Column("name", String(25), nullable=False),
    Column("workspace_id", ID, ForeignKey("workspaces.id", ondelete="CASCADE"), nullable=False),
)

projects = Table(
    "projects",
    metadata,
    Column("id", ID, primary_key=True),
    Column("workspace_id", ID, ForeignKey("workspaces.id", ondelete="CASCADE"), nullable=False),
    Column("name", String(100), nullable=False),
    Column("description", Text),
    Column("visibility", String(7), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("retention_days", BigInteger),
    Column("tags", Text, nullable=False, server_default="[]"),
    Column("archived_at", BigInteger),
    Column("deleted_at", BigInteger),
    Column("deleted_by", BigInteger),
    Column("deleted_name", String(100)),
    UniqueConstraint("workspace_id", "name"),
    Index("projects_by_deletion", "deleted_at"),
)
"""One in the bin keeps its name in ``deleted_name``: another project may take the name."""

redirects = Table(
    "redirects",
    metadata,
    Column("workspace_id", ID, ForeignKey("workspaces.id", ondelete="CASCADE"), primary_key=True),
    Column("name", String(100), primary_key=True),
    Column("project_id", ID, ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
)

collaborators = Table(
    "collaborators",
    metadata,
    Column("project_id", ID, ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("share", String(8), nullable=False),
    Column("added_at", BigInteger, nullable=False),
    Index("collaborators_by_user", "user_id"),
)

share_links = Table(
    "share_links",
    metadata,
    Column("id", ID, primary_key=True),
    Column("hash", LargeBinary(32), nullable=False, unique=True),
    Column("project_id", ID, ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("label", Text),
    Column("made_by", ID, ForeignKey("users.id", ondelete="SET NULL")),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Index("share_links_by_project", "project_id"),
)

stars = Table(
    "stars",
    metadata,
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("project_id", ID, ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True),
    Index("stars_by_project", "project_id"),
)

runs = Table(
    "runs",
    metadata,
    Column("id", ID, primary_key=True),
    Column("project_id", ID, ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    Column("run_id", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("description", Text),
    Column("tags", Text, nullable=False),
    Column("state", String(12), nullable=False),
    Column("state_at", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("finished_at", BigInteger),
    Column("seen_at", BigInteger, nullable=False),
    Column("error", Text),
    Column("config", Text, nullable=False),
    Column("environment", Text, nullable=False),
    Column("options", Text, nullable=False),
    Column("damaged", BigInteger, nullable=False),
    Column("set_aside", BigInteger, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("source", BigInteger, nullable=False),
    Column("copied_from", BigInteger),
    UniqueConstraint("project_id", "run_id"),
    Index("runs_by_source", "source"),
)

sources = Table(
    "sources",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("home", BigInteger, nullable=False),
    Index("sources_by_home", "home"),
)

writers = Table(
    "writers",
    metadata,
    Column("run", ID, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("writer", Text, primary_key=True),
    Column("role", Text, nullable=False),
    Column("rank", BigInteger, nullable=False),
    Column("started", BigInteger, nullable=False),
    Column("pid", BigInteger, nullable=False),
    Column("host", Text, nullable=False),
)

ranks = Table(
    "ranks",
    metadata,
    Column("run", ID, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("rank", BigInteger, primary_key=True),
    Column("state", String(12), nullable=False),
    Column("state_at", BigInteger, nullable=False),
    Column("error", Text),
)

definitions = Table(
    "definitions",
    metadata,
    Column("run", ID, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("x_axis", Text),
    Column("section", Text),
    Column("hidden", Boolean),
    Column("step_sync", Boolean),
    Column("place", BigInteger, nullable=False),
)

files = Table(
    "files",
    metadata,
    Column("run", ID, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("path", String(1024), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("mtime", BigInteger, nullable=False),
    Column("digest", String(64)),
    Column("policy", String(8), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("error", Text),
    Column("noted_at", BigInteger, nullable=False),
    Index("files_by_digest", "run", "digest"),
)

blobs = Table(
    "blobs",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("claimed_until", BigInteger, nullable=False),
)

run_blobs = Table(
    "run_blobs",
    metadata,
    Column("run", ID, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("digest", String(64), ForeignKey("blobs.digest"), primary_key=True),
    Index("run_blobs_by_digest", "digest"),
)

views = Table(
    "views",
    metadata,
    Column("id", ID, primary_key=True),
    Column("project_id", ID, ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    Column("name", String(100), nullable=False),
    Column("author_id", ID, ForeignKey("users.id", ondelete="SET NULL")),
    Column("spec", Text, nullable=False),
    Column("is_default", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    UniqueConstraint("project_id", "name"),
)

media = Table(
    "media",
    metadata,
    Column("run", ID, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("rank", BigInteger, primary_key=True),
    Column("step", BigInteger, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("items", LargeBinary, nullable=False),
)

stops = Table(
    "stops",
    metadata,
    Column(
        "run",
        BigInteger,
        ForeignKey("runs.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("asked_at", BigInteger, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("answer", String(16)),
    Column("answered_at", BigInteger),
)

audit = Table(
    "audit",
    metadata,
    Column("id", ID, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("actor", String(25)),
    Column("address", String(64), nullable=False),
    Column("action", String(40), nullable=False),
    Column("target", Text, nullable=False),
    Column("workspace", String(25)),
    Column("workspace_id", BigInteger),
    Column("detail", Text, nullable=False),
    Index("audit_by_workspace", "workspace_id", "id"),
    Index("audit_by_time", "at"),
)

rules = Table(
    "rules",
    metadata,
    Column("id", ID, primary_key=True),
    Column("project_id", ID, ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    Column("name", String(100), nullable=False),
    Column("event", String(12), nullable=False),
    Column("key", Text),
    Column("bound", Double),
    Column("steps", BigInteger),
    Column("better", String(6), nullable=False),
    Column("email", Boolean, nullable=False),
    Column("webhook", Text),
    Column("secret", Text),
    Column("enabled", Boolean, nullable=False),
    Column("author_id", ID, ForeignKey("users.id", ondelete="SET NULL")),
    Column("created_at", BigInteger, nullable=False),
    Index("rules_by_project", "project_id"),
)

firings = Table(
    "firings",
    metadata,
    Column("rule_id", ID, ForeignKey("rules.id", ondelete="CASCADE"), primary_key=True),
    Column("run", ID, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("at", BigInteger, nullable=False),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", ID, primary_key=True),
    Column("rule_id", ID, ForeignKey("rules.id", ondelete="CASCADE"), nullable=False),
    Column("run_id", String(64)),
    Column("at", BigInteger, nullable=False),
    Column("channel", String(8), nullable=False),
    Column("text", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("state", String(8), nullable=False),
    Column("tries", BigInteger, nullable=False),
    Column("next_at", BigInteger),
    Column("error", Text),
    Index("deliveries_by_rule", "rule_id", "id"),
    Index("deliveries_by_state", "state", "next_at"),
)
