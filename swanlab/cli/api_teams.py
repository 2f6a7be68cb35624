"""``swanlab api workspace``, ``join``, ``bin``, and of projects who may do what in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from swanlab.cli.reading import reading, sure

if TYPE_CHECKING:
    from swanlab.api import Api

_YES = click.option("--yes", is_flag=True, help="Do not ask.")
_ROLES = click.Choice(["owner", "admin", "member", "viewer"])


@click.group()
def workspace() -> None:
    """Workspaces: your own, and organisations."""


@workspace.command("list")
@reading
def workspace_list(server: Api) -> Any:
    """List the workspaces you are in, and those with projects that you may read."""
    return [one.json() for one in server.workspaces()]


@workspace.command("info")
@click.argument("username", required=False)
@reading
def workspace_info(server: Api, username: str | None) -> Any:
    """Show a workspace, default your own."""
    found = server.workspace(username)
    return found.json() if found.role == "VISITOR" else {**found.info(), **found.json()}


@workspace.command("create")
@click.argument("name")
@click.option("--description", help="What others are told of it.")
@reading
def workspace_create(server: Api, name: str, description: str | None) -> Any:
    """Make an organisation called NAME."""
    return server.create_workspace(name, description).json()


@workspace.command("rename")
@click.argument("name")
@click.argument("to")
@reading
def workspace_rename(server: Api, name: str, to: str) -> Any:
    """Rename the organisation NAME; its old addresses go on leading to it."""
    return server.workspace(name).rename(to).json()


@workspace.command("delete")
@click.argument("name")
@_YES
@reading
def workspace_delete(server: Api, name: str, yes: bool) -> Any:
    """Delete the organisation NAME, which must have no projects."""
    sure(f"Delete the organisation {name}?", yes=yes)
    server.workspace(name).delete(commit=True)
    return {"deleted": name}


@workspace.command("activity")
@click.argument("name")
@reading
def workspace_activity(server: Api, name: str) -> Any:
    """List the runs of a workspace that were heard of last."""
    return server.workspace(name).activity()


@workspace.command("default")
@click.argument("name", required=False)
@click.option("--visibility", type=click.Choice(["private", "public"]), help="Of new projects.")
@reading
def workspace_default(server: Api, name: str | None, visibility: str | None) -> Any:
    """Show or set where your new projects go, and who may read them."""
    if name is None and visibility is None:
        return server.preferences()
    return server.set_preferences(name, visibility)


@workspace.command("leave")
@click.argument("name")
@_YES
@reading
def workspace_leave(server: Api, name: str, yes: bool) -> Any:
    """Leave the organisation NAME."""
    sure(f"Leave {name}?", yes=yes)
    server.workspace(name).leave()
    return {"left": name}


@workspace.command("members")
@click.argument("name")
@reading
def workspace_members(server: Api, name: str) -> Any:
    """List who is in the workspace NAME, and as what."""
    return server.workspace(name).members()


@workspace.command("role")
@click.argument("name")
@click.argument("username")
@click.argument("role", type=_ROLES)
@reading
def workspace_role(server: Api, name: str, username: str, role: str) -> Any:
    """Give the member USERNAME of NAME another role."""
    return server.workspace(name).set_role(username, role)


@workspace.command("remove")
@click.argument("name")
@click.argument("username")
@_YES
@reading
def workspace_remove(server: Api, name: str, username: str, yes: bool) -> Any:
    """Put the member USERNAME out of NAME."""
    sure(f"Put {username} out of {name}?", yes=yes)
    server.workspace(name).remove_member(username)
    return {"removed": username}


@workspace.command("invite")
@click.argument("name")
@click.option("--role", type=click.Choice(["admin", "member", "viewer"]), default="member")
@click.option("--days", default=7, show_default=True, type=click.IntRange(1, 365))
@click.option("--uses", default=1, show_default=True, help="How many may come in; 0 is any number.")
@click.option("--approval", is_flag=True, help="A manager has to let each of them in.")
@reading
def workspace_invite(server: Api, name: str, uses: int, **given: Any) -> Any:
    """Make an invite to NAME, and print its link: it is never told again."""
    return server.workspace(name).invite(uses=uses or None, **given)


@workspace.command("invites")
@click.argument("name")
@reading
def workspace_invites(server: Api, name: str) -> Any:
    """List the invites to NAME that still hold."""
    return server.workspace(name).invites()


@workspace.command("uninvite")
@click.argument("name")
@click.argument("number", type=int)
@reading
def workspace_uninvite(server: Api, name: str, number: int) -> Any:
    """Take the invite of that NUMBER to NAME back."""
    server.workspace(name).take_back_invite(number)
    return {"taken back": number}


@workspace.command("requests")
@click.argument("name")
@reading
def workspace_requests(server: Api, name: str) -> Any:
    """List who waits to be let into NAME."""
    return server.workspace(name).requests()


@workspace.command("approve")
@click.argument("name")
@click.argument("username")
@reading
def workspace_approve(server: Api, name: str, username: str) -> Any:
    """Let USERNAME into NAME, who asked."""
    return server.workspace(name).approve(username)


@workspace.command("refuse")
@click.argument("name")
@click.argument("username")
@reading
def workspace_refuse(server: Api, name: str, username: str) -> Any:
    """Do not let USERNAME into NAME, who asked."""
    server.workspace(name).refuse(username)
    return {"refused": username}


@click.command()
@click.argument("token")
@reading
def join(server: Api, token: str) -> Any:
    """Come into an organisation by an invite: its link, or the TOKEN at its end."""
    return server.join(token)


@click.group("bin")
def bin_() -> None:
    """Deleted projects, for 30 days."""


@bin_.command("list")
@reading
def bin_list(server: Api) -> Any:
    """List the deleted projects that you may have back."""
    return server.bin()


@bin_.command("restore")
@click.argument("number", type=int)
@click.option("--name", help="Another name for it, where its own is taken.")
@reading
def bin_restore(server: Api, number: int, name: str | None) -> Any:
    """Take the project of that NUMBER out of the bin."""
    return server.restore(number, name).json()


@bin_.command("purge")
@click.argument("number", type=int)
@_YES
@reading
def bin_purge(server: Api, number: int, yes: bool) -> Any:
    """Delete the project of that NUMBER with all its runs, for good."""
    sure(f"Delete project {number} in the bin for good?", yes=yes)
    server.purge(number, commit=True)
    return {"deleted": number}


@click.group()
def project() -> None:
    """Projects."""


@project.command("edit")
@click.argument("path")
@click.option("--description", help="What others are told of it.")
@click.option("--tags", help="All its tags, separated by commas; none to clear them.")
@click.option("--visibility", type=click.Choice(["private", "public"]))
@reading
def project_edit(server: Api, path: str, tags: str | None, **given: Any) -> Any:
    """Change description, tags or visibility of the project at PATH."""
    wanted = {name: value for name, value in given.items() if value is not None}
    if tags is not None:
        wanted["tags"] = [tag for tag in tags.split(",") if tag.strip()]
    return server.project(path).update(**wanted).json()


@project.command("rename")
@click.argument("path")
@click.argument("name")
@reading
def project_rename(server: Api, path: str, name: str) -> Any:
    """Rename the project at PATH; its old address goes on leading to it."""
    return server.project(path).rename(name).json()


@project.command("transfer")
@click.argument("path")
@click.argument("workspace")
@click.option("--name", help="Another name for it there.")
@_YES
@reading
def project_transfer(server: Api, path: str, workspace: str, name: str | None, yes: bool) -> Any:
    """Let the project at PATH belong to another workspace."""
    found = server.project(path)
    sure(f"Transfer {found.path} to {workspace}?", yes=yes)
    return found.transfer(workspace, name).json()


@project.command("archive")
@click.argument("path")
@click.option("--undo", is_flag=True, help="Take it out of the archive.")
@reading
def project_archive(server: Api, path: str, undo: bool) -> Any:
    """Put the project at PATH into the archive."""
    return server.project(path).archive(not undo).json()


@project.command("star")
@click.argument("path")
@click.option("--undo", is_flag=True, help="Take the mark away.")
@reading
def project_star(server: Api, path: str, undo: bool) -> Any:
    """Mark the project at PATH for yourself."""
    return server.project(path).star(not undo).json()


@project.command("collaborators")
@click.argument("path")
@reading
def project_collaborators(server: Api, path: str) -> Any:
    """List who may do something in a project beside the members of its workspace."""
    return server.project(path).collaborators()


@project.command("share")
@click.argument("path")
@click.argument("username")
@click.argument("share", type=click.Choice(["read", "write", "manage"]), default="read")
@reading
def project_share(server: Api, path: str, username: str, share: str) -> Any:
    """Let USERNAME read, write to or manage the project at PATH."""
    return server.project(path).share(username, share)


@project.command("unshare")
@click.argument("path")
@click.argument("username")
@reading
def project_unshare(server: Api, path: str, username: str) -> Any:
    """Take from USERNAME what they may do in the project at PATH alone."""
    server.project(path).unshare(username)
    return {"unshared": username}


@project.command("links")
@click.argument("path")
@reading
def project_links(server: Api, path: str) -> Any:
    """List the share links of the project at PATH that still hold."""
    return server.project(path).links()


@project.command("link")
@click.argument("path")
@click.option("--kind", type=click.Choice(["view", "embed"]), default="view", show_default=True)
@click.option("--days", type=click.IntRange(1, 3650), help="For how long it holds.")
@click.option("--label", help="For whom it is.")
@reading
def project_link(server: Api, path: str, **given: Any) -> Any:
    """Make a share link to the project at PATH, and print it: it is never told again."""
    return server.project(path).create_link(**given)


@project.command("unlink")
@click.argument("path")
@click.argument("number", type=int)
@reading
def project_unlink(server: Api, path: str, number: int) -> Any:
    """Take the share link of that NUMBER back."""
    server.project(path).take_back_link(number)
    return {"taken back": number}


GROUPS = (workspace, join, bin_, project)
