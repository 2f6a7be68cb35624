"""Queries on rules, on what they found, and on what is to be told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, func, insert, select, update

from swanlab.server.db.engine import insert_new, now
from swanlab.server.db.schema import deliveries, firings, rules, runs, users

SHOWN = 200
_AT_ONCE = 500


class RuleRow(msgspec.Struct, frozen=True):
    """One rule as stored."""

    id: int
    project_id: int
    name: str
    event: str
    key: str | None
    bound: float | None
    steps: int | None
    better: str
    email: bool
    webhook: str | None
    secret: str | None
    enabled: bool
    author_id: int | None
    author: str | None
    created_at: int


class Waiting(msgspec.Struct, frozen=True):
    """Something that is to be told now."""

    id: int
    rule_id: int
    channel: str
    text: str
    body: str
    """What a webhook gets, as JSON."""
    tries: int


class DeliveryRow(msgspec.Struct, frozen=True):
    """One delivery in the log."""

    id: int
    rule_id: int
    run_id: str | None
    at: int
    channel: str
    text: str
    state: str
    tries: int
    next_at: int | None
    error: str | None


class Candidate(msgspec.Struct, frozen=True):
    """A run that rules may look at."""

    id: int
    project_id: int
    run_id: str
    name: str
    state: str
    seen_at: int
    source: int
    home: int


_RULE = (
    *(rules.c[name] for name in RuleRow.__struct_fields__ if name != "author"),
    users.c.username.label("author"),
)


def _select() -> Any:
    return select(*_RULE).outerjoin(users, users.c.id == rules.c.author_id)


def _row(row: Any) -> RuleRow:
    return msgspec.convert(row, RuleRow, from_attributes=True)


def of_project(connection: Connection, project: int) -> list[RuleRow]:
    """Return the rules of a project, in the order they were made."""
    wanted = _select().where(rules.c.project_id == project).order_by(rules.c.id)
    return [_row(row) for row in connection.execute(wanted)]


def enabled(connection: Connection) -> list[RuleRow]:
    """Return the rules of all projects that are to be gone by."""
    return [_row(row) for row in connection.execute(_select().where(rules.c.enabled))]


def get(connection: Connection, rule: int, project: int | None = None) -> RuleRow | None:
    """Return the rule of that number, if it is the project's."""
    wanted = _select().where(rules.c.id == rule)
    if project is not None:
        wanted = wanted.where(rules.c.project_id == project)
    row = connection.execute(wanted).first()
    return None if row is None else _row(row)


def count(connection: Connection, project: int) -> int:
    """Return how many rules the project has."""
    wanted = select(func.count()).where(rules.c.project_id == project)
    return connection.execute(wanted).scalar_one()


def add(connection: Connection, project: int, author: int, values: dict[str, Any]) -> int:
    """Add a rule; returns its number."""
    made = insert(rules).values(project_id=project, author_id=author, created_at=now(), **values)
    return int(connection.execute(made.returning(rules.c.id)).scalar_one())


def change(connection: Connection, rule: int, values: dict[str, Any]) -> None:
    """Change a rule."""
    if values:
        connection.execute(update(rules).where(rules.c.id == rule).values(values))


def remove(connection: Connection, rule: int) -> None:
    """Drop a rule with all it found and told."""
    connection.execute(delete(rules).where(rules.c.id == rule))


def candidates(connection: Connection, projects: Sequence[int], since: int) -> list[Candidate]:
    """Return the runs of the projects that are at work, or were heard of at ``since`` or later."""
    from swanlab.server.db.schema import sources

    found: list[Candidate] = []
    wanted = (
        select(
            runs.c.id, runs.c.project_id, runs.c.run_id, runs.c.name, runs.c.state,
            runs.c.seen_at, runs.c.source, sources.c.home,
        )
        .join(sources, sources.c.id == runs.c.source)
        .where(runs.c.copied_from.is_(None))
        .where((runs.c.state == "running") | (runs.c.seen_at >= since))
    )  # fmt: skip
    for first in range(0, len(projects), _AT_ONCE):
        some = runs.c.project_id.in_(projects[first : first + _AT_ONCE])
        found += [Candidate(*row) for row in connection.execute(wanted.where(some))]
    return found


def fired(connection: Connection, rule_ids: Sequence[int]) -> set[tuple[int, int]]:
    """Return (rule, run) of what these rules found already."""
    found: set[tuple[int, int]] = set()
    for first in range(0, len(rule_ids), _AT_ONCE):
        some = firings.c.rule_id.in_(rule_ids[first : first + _AT_ONCE])
        rows = connection.execute(select(firings.c.rule_id, firings.c.run).where(some))
        found |= {(row.rule_id, row.run) for row in rows}
    return found


def fire(connection: Connection, rule: int, run: int) -> bool:
    """Note that a rule found something in a run; False when that was noted before."""
    noted = insert_new(connection, firings).values(rule_id=rule, run=run, at=now())
    return bool(connection.execute(noted).rowcount)


def rearm(connection: Connection, rule: int, run: int) -> None:
    """Let a rule find something in the run again."""
    mine = (firings.c.rule_id == rule) & (firings.c.run == run)
    connection.execute(delete(firings).where(mine))


def forget(connection: Connection, rule: int) -> None:
    """Let a rule find something again in every run."""
    connection.execute(delete(firings).where(firings.c.rule_id == rule))


def deliver(
    connection: Connection, rule: int, run: str | None, channel: str, text: str, body: str
) -> None:
    """Let something be told, as soon as can be."""
    connection.execute(
        insert(deliveries).values(
            rule_id=rule,
            run_id=run,
            at=now(),
            channel=channel,
            text=text,
            body=body,
            state="waiting",
            tries=0,
            next_at=now(),
        )
    )


def anything_due(connection: Connection) -> bool:
    """Whether something is to be told now."""
    due = (deliveries.c.state == "waiting") & (deliveries.c.next_at <= now())
    return connection.execute(select(deliveries.c.id).where(due).limit(1)).first() is not None


def take(connection: Connection, until: int) -> Waiting | None:
    """Return what is to be told now, and keep other servers from it until then; None: nothing."""
    due = (
        select(deliveries.c.id)
        .where(deliveries.c.state == "waiting", deliveries.c.next_at <= now())
        .order_by(deliveries.c.next_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    number = connection.execute(due).scalar()
    if number is None:
        return None
    columns = (deliveries.c[name] for name in Waiting.__struct_fields__)
    taken = (
        update(deliveries)
        .where(deliveries.c.id == number)
        .values(next_at=until, tries=deliveries.c.tries + 1)
    )
    return Waiting(*connection.execute(taken.returning(*columns)).one())


def settle(
    connection: Connection, delivery: int, state: str, next_at: int | None, error: str | None
) -> None:
    """Note what became of a delivery."""
    same = deliveries.c.id == delivery
    changed = update(deliveries).where(same).values(state=state, next_at=next_at, error=error)
    connection.execute(changed)


def log_of(connection: Connection, project: int) -> list[DeliveryRow]:
    """Return the newest deliveries of a project's rules."""
    columns = (deliveries.c[name] for name in DeliveryRow.__struct_fields__)
    wanted = (
        select(*columns)
        .join(rules, rules.c.id == deliveries.c.rule_id)
        .where(rules.c.project_id == project)
        .order_by(deliveries.c.id.desc())
        .limit(SHOWN)
    )
    rows = connection.execute(wanted)
    return [msgspec.convert(row, DeliveryRow, from_attributes=True) for row in rows]


def forget_old(connection: Connection, before: int) -> None:
    """Drop what was told before then (Unix milliseconds)."""
    connection.execute(delete(deliveries).where(deliveries.c.at < before))
