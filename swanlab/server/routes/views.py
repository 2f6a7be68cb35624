"""Views of a project: how its page looks, saved under a name for all who read the project."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET

from swanlab.server.db import projects, views
from swanlab.server.http import Ask, Need, Problem, Route, no_such
from swanlab.server.messages.views import NewView, View, ViewEdit, Views, ViewSpec
from swanlab.server.routes.projects import PROJECT, may_edit

VIEWS = PROJECT + "/views"
VIEW = VIEWS + "/{view}"
MAX_SPEC = 256 * 1024
MAX_VIEWS = 200
"""Of one project."""


def all_views(ask: Ask[None, None]) -> Views:
    """Return the project's views."""
    with ask.server.db.read() as connection:
        rows = views.of_project(connection, ask.project.id)
    return Views(views=[_view(row) for row in rows], editable=may_edit(ask))


def create(ask: Ask[None, NewView]) -> View:
    """Save a view under a new name."""
    _need_store(ask)
    project, new = ask.project.id, ask.body
    name, spec = _name(new.name), _spec(new.spec)
    with ask.server.db.write() as connection:
        projects.lock(connection, project)
        if views.count(connection, project) >= MAX_VIEWS:
            raise Problem(400, "too_many", f"A project has at most {MAX_VIEWS} views: delete some.")
        number = views.add(connection, project, name, ask.caller.user.id, spec)
        if number is None:
            raise _taken(name)
        if new.default:
            views.make_default(connection, project, number)
        row = views.get(connection, project, number)
    if row is None:
        raise no_such("view")
    return _view(row)


def edit(ask: Ask[None, ViewEdit]) -> View:
    """Rename a view, save another state under its name, or make it the project's default."""
    _need_store(ask)
    project, body, number = ask.project.id, ask.body, ask.number("view")
    values: dict[str, Any] = {}
    if body.name is not UNSET:
        values["name"] = _name(body.name)
    if body.spec is not UNSET:
        values["spec"] = _spec(body.spec)
    with ask.server.db.write() as connection:
        projects.lock(connection, project)
        before = views.get(connection, project, number)
        if before is None:
            raise no_such("view")
        if "name" in values and views.named(connection, project, values["name"]) not in (
            None,
            number,
        ):
            raise _taken(values["name"])
        views.change(connection, project, number, values)
        if body.default is True:
            views.make_default(connection, project, number)
        elif body.default is False and before.is_default:
            views.make_default(connection, project, None)
        row = views.get(connection, project, number)
    if row is None:
        raise no_such("view")
    return _view(row)


def remove(ask: Ask[None, None]) -> None:
    """Delete a view."""
    _need_store(ask)
    with ask.server.db.write() as connection:
        if not views.remove(connection, ask.project.id, ask.number("view")):
            raise no_such("view")


def _need_store(ask: Ask[Any, Any]) -> None:
    if ask.server.mode == "watch":
        message = "swanlab watch keeps nothing but the run folders: views are saved on a server."
        raise Problem(403, "shows_files", message)


def _name(name: str) -> str:
    if not name.strip():
        raise Problem(400, "bad_name", "The name of a view needs at least one character.")
    return name.strip()


def _spec(spec: ViewSpec) -> str:
    encoded = msgspec.json.encode(spec)
    if len(encoded) > MAX_SPEC:
        raise Problem(413, "too_large", f"A view may have at most {MAX_SPEC} bytes.")
    return encoded.decode()


def _taken(name: str) -> Problem:
    return Problem(409, "exists", f"This project has a view {name!r} already: choose another name.")


def _view(row: views.ViewRow) -> View:
    return View(
        id=row.id,
        name=row.name,
        author=row.author,
        default=row.is_default,
        created_at=row.created_at,
        updated_at=row.updated_at,
        spec=msgspec.json.decode(row.spec, type=ViewSpec),
    )


ROUTES = (
    Route(
        method="GET",
        path=VIEWS,
        need=Need.READ,
        handler=all_views,
        summary="The saved views of a project",
        answer=Views,
        etag=True,
    ),
    Route(
        method="POST",
        path=VIEWS,
        need=Need.WRITE,
        handler=create,
        summary="Save a view under a new name",
        body=NewView,
        answer=View,
        errors=(409,),
    ),
    Route(
        method="PATCH",
        path=VIEW,
        need=Need.WRITE,
        handler=edit,
        summary="Rename a view, save it anew, or make it the default",
        body=ViewEdit,
        answer=View,
        errors=(409,),
    ),
    Route(
        method="DELETE",
        path=VIEW,
        need=Need.WRITE,
        handler=remove,
        summary="Delete a view",
        status=204,
    ),
)
