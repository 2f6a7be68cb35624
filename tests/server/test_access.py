"""Every route, asked by everybody, of everything: answered as the one table of access says."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from itertools import product

import httpx2
import pytest

from swanlab.server import openapi
from swanlab.server.access import LINKS, ROLES, RULES, SHARES, Need, Rule, Standing, verdict
from swanlab.server.app import create_app
from swanlab.server.auth import add_key, digest
from swanlab.server.db import bin as bins
from swanlab.server.db import instance, projects, runs, sharing, users, workspaces
from swanlab.server.http import API, Route
from swanlab.server.messages.runs import NewRun
from swanlab.server.routes import ROUTES

NONE = {
    "run": "none", "digest": "0" * 64, "view": "0", "invite": "0", "link": "0", "key": "0",
    "session": "0", "rule": "0", "username": "nobody-of-that-name",
}  # fmt: skip
"""Of what lies in a project or workspace that which is not there: nothing is changed by asking."""
CODES = {"forbidden": "no", "not_admin": "no", "scope": "scope"}


def test_every_route_of_the_document_is_in_the_table():
    document = openapi.document()["paths"]
    told = {
        (method.upper(), path.removeprefix(API))
        for path, methods in document.items()
        for method in methods
    }
    assert told == {(route.method, route.path) for route in ROUTES}
    assert {route.need for route in ROUTES} == set(RULES) == set(Need)


def test_a_route_whose_need_the_path_cannot_answer_cannot_be_made():
    said = {"method": "GET", "handler": len, "summary": "x"}
    for need, path in ((Need.READ, "/projects/{workspace}"), (Need.BINNED, "/x"), (None, "/x")):
        with pytest.raises(TypeError):
            Route(**said, path=path, need=need)
    assert Route(**said, path="/projects/{workspace}/{project}", need=Need.READ)


@pytest.mark.parametrize("need", Need)
def test_who_stands_higher_may_at_least_as_much(need):
    rule = RULES[need]
    for ladder, chosen in ((ROLES, rule.roles), (SHARES, rule.shares), (LINKS, rule.links)):
        assert set(ladder[: len(chosen)]) == chosen
    assert rule.on == "server" or rule.scope == "read" or rule.public != "everybody"


@pytest.mark.parametrize(
    ("need", "who", "wanted"),
    [
        (Need.READ, Standing(), "sign_in"),
        (Need.READ, Standing(public=True), "sign_in"),
        (Need.READ, Standing(public=True, strangers=True), "yes"),
        (Need.WRITE, Standing(public=True, strangers=True), "sign_in"),
        (Need.READ, Standing(link="view"), "yes"),
        (Need.READ, Standing(link="embed"), "sign_in"),
        (Need.SHOW, Standing(link="embed"), "yes"),
        (Need.WRITE, Standing(link="view"), "sign_in"),
        (Need.COPY, Standing(link="view"), "sign_in"),
        (Need.READ, Standing(signed_in=True), "hidden"),
        (Need.WRITE, Standing(signed_in=True), "hidden"),
        (Need.READ, Standing(signed_in=True, admin=True), "hidden"),
        (Need.MANAGE_WORKSPACE, Standing(signed_in=True, admin=True), "yes"),
        (Need.MANAGE_WORKSPACE, Standing(signed_in=True, admin=True, personal=True), "hidden"),
        (Need.READ, Standing(signed_in=True, public=True), "yes"),
        (Need.WRITE, Standing(signed_in=True, public=True), "no"),
        (Need.WRITE, Standing(signed_in=True, link="view"), "no"),
        (Need.READ, Standing(signed_in=True, link="embed"), "no"),
        (Need.READ, Standing(signed_in=True, role="viewer"), "yes"),
        (Need.WRITE, Standing(signed_in=True, role="viewer"), "no"),
        (Need.WRITE, Standing(signed_in=True, role="member"), "yes"),
        (Need.MANAGE, Standing(signed_in=True, role="member"), "no"),
        (Need.MANAGE, Standing(signed_in=True, role="member", share="manage"), "yes"),
        (Need.MANAGE, Standing(signed_in=True, role="admin"), "yes"),
        (Need.MANAGE, Standing(signed_in=True, role="owner", scope="write"), "yes"),
        (Need.SHARE, Standing(signed_in=True, role="owner", scope="write"), "scope"),
        (Need.SHARE, Standing(signed_in=True, role="member"), "no"),
        (Need.PURGE, Standing(signed_in=True, role="owner", scope="write"), "scope"),
        (Need.PURGE, Standing(signed_in=True, role="member", share="manage"), "no"),
        (Need.GIVE, Standing(signed_in=True, role="member", share="manage"), "no"),
        (Need.GIVE, Standing(signed_in=True, role="admin"), "yes"),
        (Need.WRITE, Standing(signed_in=True, role="owner", scope="write"), "yes"),
        (Need.WRITE, Standing(signed_in=True, role="owner", scope="read"), "scope"),
        (Need.READ, Standing(signed_in=True, role="owner", scope="read"), "yes"),
        (Need.WRITE, Standing(signed_in=True, role="viewer", scope="read"), "no"),
        (Need.READ, Standing(signed_in=True, share="read"), "yes"),
        (Need.WRITE, Standing(signed_in=True, share="read"), "no"),
        (Need.WRITE, Standing(signed_in=True, share="write"), "yes"),
        (Need.CREATE, Standing(signed_in=True, share="write"), "hidden"),
        (Need.CREATE, Standing(signed_in=True, role="viewer"), "no"),
        (Need.OWN_WORKSPACE, Standing(signed_in=True, role="admin"), "no"),
        (Need.OWN_WORKSPACE, Standing(signed_in=True, role="owner"), "yes"),
        (Need.ADMIN, Standing(signed_in=True), "no"),
        (Need.ADMIN, Standing(signed_in=True, admin=True), "yes"),
        (Need.ADMIN, Standing(signed_in=True, admin=True, scope="write"), "scope"),
        (Need.BINNED, Standing(signed_in=True, role="member"), "hidden"),
        (Need.BINNED, Standing(signed_in=True, role="owner"), "yes"),
    ],
)  # fmt: skip
def test_the_table_says_what_people_expect(need, who, wanted):
    assert verdict(need, who) == wanted


class Person:
    """Somebody who asks: by what they are known, and what they are where."""

    def __init__(self, name, headers, *, org=None, foreign=None, server=None):
        self.name, self.headers = name, headers
        signed_in = "authorization" in headers
        self.org = {"signed_in": signed_in, **(server or {}), **(org or {})}
        self.foreign = {"signed_in": signed_in, **(server or {}), **(foreign or {})}
        self.server = {"signed_in": signed_in, **(server or {})}


class World:
    """An organisation with people of all roles, somebody else's workspace, and their projects."""

    def __init__(self, server):
        self.server = server
        self.users = {}
        self.projects = {}
        self.binned = {}
        self.people = []
        with server.db.write() as connection:
            self._make(connection)
            server.auth.changed(connection)

    def _user(self, connection, name, *, admin=False):
        self.users[name] = users.create(connection, name, "!", admin=admin)
        return self.users[name]

    def _key(self, connection, name, scope="admin"):
        key, _ = add_key(connection, self.users[name], "test", scope, None)
        return {"authorization": f"Bearer {key}"}

    def _project(self, connection, place, name, visibility):
        made = projects.create(connection, place, name, visibility)
        runs.open_run(connection, made.id, NewRun(id="r1"))
        return made

    def _make(self, connection):
        names = ("owner", "admin", "member", "viewer", "manage", "write", "read", "outsider")
        for name in (*names, "zoe"):
            self._user(connection, name)
        self._user(connection, "root", admin=True)
        self.org = workspaces.create(connection, "org", self.users["owner"].id, "organization")
        for role in ("admin", "member", "viewer"):
            workspaces.add_member(connection, self.org.id, self.users[role].id, role)
        for visibility in ("private", "public"):
            for place in ("org", "zoe"):
                made = self._project(connection, place, visibility, visibility)
                self.projects[place, visibility] = made
            for share in ("manage", "write", "read"):
                number = self.projects["org", visibility].id
                sharing.set_share(connection, number, self.users[share].id, share)
        for place in ("org", "zoe"):
            self.binned[place] = self._bin(connection, place)
        self._invite_people(connection)

    def _bin(self, connection, place):
        made = self._project(connection, place, "deleted", "private")
        sharing.set_share(connection, made.id, self.users["manage"].id, "manage")
        bins.put(connection, made, None)
        return made.id

    def _link(self, connection, place, visibility, kind):
        token = f"{place}-{visibility}-{kind}"
        sharing.add_link(
            connection, self.projects[place, visibility].id, token_hash=digest(token), kind=kind,
            label=None, made_by=self.users["zoe"].id, expires_at=None,
        )  # fmt: skip
        return {"swanlab-share": token}

    def _invite_people(self, connection):
        add = self.people.append
        add(Person("nobody", {}))
        for role, scopes in {
            "owner": ("admin", "write", "read"), "admin": ("admin", "write"),
            "member": ("admin", "write", "read"), "viewer": ("admin", "read"),
        }.items():  # fmt: skip
            for scope in scopes:
                key = self._key(connection, role, scope)
                where = {"role": role}
                add(Person(f"{role}, {scope} key", key, org=where, server={"scope": scope}))
        for share, scope in (
            ("manage", "admin"), ("manage", "write"), ("write", "admin"), ("read", "admin"),
        ):  # fmt: skip
            key = self._key(connection, share, scope)
            where, who = {"share": share}, {"scope": scope}
            # Of the deleted projects this one manages both.
            add(Person(f"{share} collaborator, {scope} key", key, org=where, server=who))
        add(Person("outsider", self._key(connection, "outsider")))
        narrow = self._key(connection, "outsider", "read")
        add(Person("outsider, read key", narrow, server={"scope": "read"}))
        add(Person("admin of the server", self._key(connection, "root"), server={"admin": True}))
        for kind in ("view", "embed"):
            for place in ("private", "public"):
                link = self._link(connection, "org", place, kind)
                for signed in ({}, self._key(connection, "outsider")):
                    who = "outsider" if signed else "nobody"
                    one = Person(f"{who} with a link to {place}, {kind}", {**link, **signed})
                    one.link = (kind, "org", place)
                    add(one)

    def standing(self, person, place, visibility, *, strangers, binned=False):
        """What the person is to a project of these, or (``visibility`` None) to the workspace."""
        known = dict(person.org if place == "org" else person.foreign)
        if binned:
            known["share"] = "manage" if "manage collaborator" in person.name else None
        elif visibility is None or visibility == "none":
            known.pop("share", None)
        link = getattr(person, "link", None)
        if link is not None and link[1:] == (place, visibility):
            known["link"] = link[0]
        return Standing(
            **known, personal=place == "zoe", public=visibility == "public", strangers=strangers
        )


def seen(answer, hidden):
    """What an answer says of the caller's access."""
    if answer.status_code == 401:
        return "sign_in"
    code = answer.json()["error"]["code"] if answer.status_code in (403, 404) else ""
    if answer.status_code == 403:
        return CODES.get(code, "yes")
    return "hidden" if answer.status_code == 404 and told(answer) == hidden else "yes"


def told(answer):
    """All that an answer tells: what is hidden must not differ in it from what is not there."""
    headers = {name: value for name, value in answer.headers.items() if name != "x-request-id"}
    return answer.status_code, headers, answer.content


def targets(rule: Rule):
    """What of the world a route is asked of: (workspace, project); None where there is none."""
    if rule.on == "server":
        return [(None, None)]
    if rule.on in ("workspace", "binned"):
        return [("org", None), ("zoe", None)]
    found = list(product(("org", "zoe"), ("private", "public")))
    return found if rule.on == "project" else [*found, ("org", "none"), ("zoe", "none")]


class Asking:
    """Asks every route as every person, and notes where an answer is not as the table says."""

    def __init__(self, world, client, *, strangers):
        self.world, self.client, self.strangers = world, client, strangers
        self.wrong, self.counted = [], Counter()

    async def go(self, people):
        for route in ROUTES:
            rule = RULES[route.need]
            hidden = await self._missing(route, rule)
            for place, project in targets(rule):
                for person in people:
                    await self._one(route, rule, person, place, project, hidden)

    async def _missing(self, route, rule):
        """The answer to who asks for what does not exist at all."""
        if rule.on == "server":
            return None
        outsider = next(one for one in self.world.people if one.name == "outsider")
        answer = await self._ask(route, outsider, "no-such", "no-such", 999_999)
        assert answer.status_code == 404, (route.method, route.path, answer.text)
        return told(answer)

    async def _ask(self, route, person, place, project, binned):
        parts = {**NONE, "workspace": place, "project": project, "binned": binned}
        path = re.sub(r"\{(\w+)\}", lambda part: str(parts[part[1]]), route.path)
        query = {"workspace": "half"} if path == "/live" else {}  # whole, it would never end
        return await self.client.request(
            route.method, API + path, headers=person.headers, params=query
        )

    async def _one(self, route, rule, person, place, project, hidden):
        binned = self.world.binned.get(place)
        if rule.on == "server":
            known = dict(person.server)
            link = getattr(person, "link", None)
            who = Standing(**known, link=link and link[0], strangers=self.strangers)
        else:
            who = self.world.standing(
                person, place, project, strangers=self.strangers, binned=rule.on == "binned"
            )
        wanted = verdict(route.need, who)
        answer = await self._ask(route, person, place, project, binned)
        found = seen(answer, hidden)
        self.counted[found] += 1
        if found != wanted or answer.status_code >= 500:
            self.wrong.append(
                f"{route.method} {route.path} ({route.need.name}) of {place}/{project} by"
                f" {person.name}: {answer.status_code} {found}, not {wanted}: {answer.text[:200]}"
            )
        if answer.status_code == 204:
            self._repair(route, person, place, project)

    def _repair(self, route, person, place, project):
        """Put back what a request has just deleted that was allowed to."""
        world, asked = self.world, (route.method, route.path)
        with world.server.db.write() as connection:
            if asked == ("DELETE", "/projects/{workspace}/{project}"):
                held = bins.get(connection, world.projects[place, project].id)
                assert held is not None
                assert bins.take(connection, held, project)
            elif asked == ("DELETE", "/bin/{binned}"):
                world.binned[place] = world._bin(connection, place)
            elif asked == ("POST", "/workspaces/{workspace}/leave"):
                role = person.org["role"]
                workspaces.add_member(connection, world.org.id, world.users[role].id, role)
            world.server.auth.changed(connection)


async def _asked(server, *, strangers, people):
    app = create_app(server)
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=True)
    async with app.router.lifespan_context(app):
        world = World(server)
        with server.db.write() as connection:
            instance.store(connection, {"anonymous_read": "true" if strangers else "false"})
            server.auth.changed(connection)
        async with httpx2.AsyncClient(transport=transport, base_url="http://testserver") as client:
            asking = Asking(world, client, strangers=strangers)
            await asking.go([one for one in world.people if people(one)])
    return asking


def test_every_route_answers_everybody_as_the_table_says(server, engine):
    asking = asyncio.run(_asked(server, strangers=False, people=lambda one: True))
    assert asking.wrong == []
    assert sum(asking.counted.values()) > 5000
    assert all(asking.counted[found] > 100 for found in ("yes", "no", "hidden", "scope", "sign_in"))


def test_strangers_read_what_is_public_where_the_server_lets_them(server, engine):
    def people(one):
        return "authorization" not in one.headers or one.name == "outsider"

    asking = asyncio.run(_asked(server, strangers=True, people=people))
    assert asking.wrong == []
    assert asking.counted["sign_in"] > 100
