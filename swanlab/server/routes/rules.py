"""Rules of a project: what is worth telling, whom, and what was told."""

from __future__ import annotations

import math
from typing import Any

import msgspec
from msgspec import UNSET

from swanlab.server import audit
from swanlab.server.access import Need
from swanlab.server.db import projects, rules
from swanlab.server.db.rules import RuleRow
from swanlab.server.http import Ask, Problem, Route, no_such
from swanlab.server.messages.rules import (
    Deliveries,
    Delivery,
    NewRule,
    ProjectRule,
    ProjectRules,
    RuleEdit,
)
from swanlab.server.routes.projects import PROJECT
from swanlab.server.routes.sessions import need_accounts
from swanlab.server.rules import body_of, deliver

RULES = PROJECT + "/rules"
RULE = RULES + "/{rule}"
MAX_RULES = 100
"""Of one project."""
_NEEDS = {"above": ("key", "bound"), "below": ("key", "bound"), "nan": ("key",),
          "stalled": ("key", "steps")}  # fmt: skip
_CONDITION = frozenset({"key", "bound", "steps", "better"})
"""What a rule waits for, beside its event."""


def all_rules(ask: Ask[None, None]) -> ProjectRules:
    """Return the project's rules."""
    with ask.server.db.read() as connection:
        found = rules.of_project(connection, ask.project.id)
    return ProjectRules(rules=[_rule(row) for row in found])


def create(ask: Ask[None, NewRule]) -> ProjectRule:
    """Make a rule."""
    need_accounts(ask.server.mode)
    new, project = ask.body, ask.project
    _check(new)
    values = msgspec.structs.asdict(new)
    values["name"] = new.name.strip()
    with ask.server.db.write() as connection:
        projects.lock(connection, project.id)
        if rules.count(connection, project.id) >= MAX_RULES:
            raise Problem(400, "too_many", f"A project has at most {MAX_RULES} rules: drop some.")
        number = rules.add(connection, project.id, ask.caller.user.id, values)
        _note(ask, connection, "rule.create", {"rule": number, "event": new.event})
        row = _row(connection, number, project.id)
    return _rule(row)


def edit(ask: Ask[None, RuleEdit]) -> ProjectRule:
    """Change a rule; runs are told of anew when it waits for something else than before."""
    given = {name: getattr(ask.body, name) for name in RuleEdit.__struct_fields__}
    values = {name: value for name, value in given.items() if value is not UNSET}
    with ask.server.db.write() as connection:
        row = _row(connection, _number(ask), ask.project.id)
        changed = {name: value for name, value in values.items() if value != getattr(row, name)}
        if "webhook" in changed:
            changed.setdefault("secret", None)  # It was agreed on with the address before.
        fields = msgspec.structs.asdict(row) | changed
        _check(NewRule(**{name: fields[name] for name in NewRule.__struct_fields__}))
        if "name" in changed:
            changed["name"] = changed["name"].strip()
        rules.change(connection, row.id, changed)
        if not _CONDITION.isdisjoint(changed):
            rules.forget(connection, row.id)
        if changed:
            detail = {"rule": row.id, "event": row.event, "changed": sorted(changed)}
            _note(ask, connection, "rule.edit", detail)
        return _rule(_row(connection, row.id, ask.project.id))


def remove(ask: Ask[None, None]) -> None:
    """Drop a rule, and the log of what it told."""
    with ask.server.db.write() as connection:
        row = _row(connection, _number(ask), ask.project.id)
        rules.remove(connection, row.id)
        _note(ask, connection, "rule.delete", {"rule": row.id, "event": row.event})


def attempt(ask: Ask[None, None]) -> None:
    """Tell something now, by all the ways of the rule: the log says whether it arrived."""
    where = f"{ask.project.workspace}/{ask.project.name}"
    with ask.server.db.write() as connection:
        row = _row(connection, _number(ask), ask.project.id)
        text = f"This tries the rule {row.name} of {where}"
        deliver(connection, row, None, text, body_of(row, text, where, None))
    ask.server.deliveries.soon()


def log(ask: Ask[None, None]) -> Deliveries:
    """Return what was told lately, or is to be."""
    with ask.server.db.read() as connection:
        found = rules.log_of(connection, ask.project.id)
    shown = []
    for row in found:
        fields = msgspec.structs.asdict(row)
        fields["rule"], fields["run"] = fields.pop("rule_id"), fields.pop("run_id")
        shown.append(msgspec.convert(fields, Delivery))
    return Deliveries(deliveries=shown)


def _check(new: NewRule) -> None:
    for name in _NEEDS.get(new.event, ()):
        if getattr(new, name) is None:
            raise _bad(name, f"A rule for '{new.event}' needs a {name}.")
    if new.bound is not None and not math.isfinite(new.bound):
        raise _bad("bound", "A bound is a finite number.")
    if not new.name.strip():
        raise _bad("name", "A rule needs a name.", "bad_name")
    if not new.email and new.webhook is None:
        raise _bad("webhook", "A rule tells by mail, or by a webhook, or both.")


def _bad(field: str, message: str, code: str = "bad_request") -> Problem:
    return Problem(400, code, message, {"path": f"$.{field}"})


def _number(ask: Ask[Any, Any]) -> int:
    number = ask.part("rule")
    if not (number.isascii() and number.isdecimal()) or len(number) > 18:
        raise no_such("rule")
    return int(number)


def _row(connection: Any, number: int, project: int) -> RuleRow:
    row = rules.get(connection, number, project)
    if row is None:
        raise no_such("rule")
    return row


def _rule(row: RuleRow) -> ProjectRule:
    fields = msgspec.structs.asdict(row)
    shown = {name: fields[name] for name in ProjectRule.__struct_fields__ if name in fields}
    return msgspec.convert({**shown, "signed": bool(row.secret)}, ProjectRule)


def _note(ask: Ask[Any, Any], connection: Any, action: str, detail: dict[str, Any]) -> None:
    place = ask.project
    where = f"{place.workspace}/{place.name}"
    audit.note(connection, ask.caller.user, action, where, detail, workspace=place.workspace)


ROUTES = (
    Route(
        method="GET",
        path=RULES,
        need=Need.WRITE,
        handler=all_rules,
        summary="Rules of the project: what is worth telling somebody who does not look",
        answer=ProjectRules,
    ),
    Route(
        method="POST",
        path=RULES,
        need=Need.WRITE,
        handler=create,
        summary="Make a rule that tells by mail or webhook, once for each run",
        body=NewRule,
        answer=ProjectRule,
    ),
    Route(
        method="PATCH",
        path=RULE,
        need=Need.WRITE,
        handler=edit,
        summary="Change a rule, or let it rest",
        body=RuleEdit,
        answer=ProjectRule,
    ),
    Route(
        method="DELETE",
        path=RULE,
        need=Need.WRITE,
        handler=remove,
        summary="Drop a rule, and the log of what it told",
        status=204,
    ),
    Route(
        method="POST",
        path=RULE + "/try",
        need=Need.WRITE,
        handler=attempt,
        summary="Tell something now; the log says whether it arrived",
        status=204,
    ),
    Route(
        method="GET",
        path=PROJECT + "/deliveries",
        need=Need.WRITE,
        handler=log,
        summary="What rules told lately, or are about to",
        answer=Deliveries,
    ),
)
