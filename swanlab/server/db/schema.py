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
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
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
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True),
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("created_at", BigInteger, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True),
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Index("sessions_by_expiry", "expires_at"),
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
    UniqueConstraint("workspace_id", "name"),
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
