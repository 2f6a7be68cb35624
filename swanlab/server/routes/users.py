"""Accounts: making one, its password and address, and what admins do about them."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from swanlab.server import accounts
from swanlab.server.access import Need
from swanlab.server.db import users
from swanlab.server.db.users import AccountRow
from swanlab.server.http import Ask, Problem, Route, no_such
from swanlab.server.messages.sessions import Ended
from swanlab.server.messages.users import (
    Account,
    AccountEdit,
    Accounts,
    EmailEdit,
    Forgotten,
    LinkToken,
    NewUser,
    OneTimeLink,
    PasswordChange,
    PasswordReset,
    SignedUp,
    SignUp,
    User,
    UserAdded,
)
from swanlab.server.routes.sessions import need_accounts

USER = "/users/{username}"


class UsersQuery(msgspec.Struct, frozen=True):
    """Which users: those with ``search`` in name or address, from the name ``after`` on."""

    search: Annotated[str, Meta(max_length=254)] = ""
    after: Annotated[str, Meta(max_length=25)] = ""
    size: Annotated[int, Meta(ge=1, le=500)] = 100


def _account(row: AccountRow) -> Account:
    fields = msgspec.structs.asdict(row)
    del fields["id"]
    return Account(**fields)


def all_users(ask: Ask[UsersQuery, None]) -> Accounts:
    """Return a page of users."""
    query = ask.query
    with ask.server.db.read() as connection:
        rows, total = users.page(connection, query.search, query.after, query.size + 1)
    more = len(rows) > query.size
    rows = rows[: query.size]
    after = rows[-1].username if more else None
    return Accounts(users=[_account(row) for row in rows], total=total, after=after)


def new_user(ask: Ask[None, NewUser]) -> UserAdded:
    """Add an account."""
    need_accounts(ask.server.mode)
    return accounts.add_user(ask)


def one_user(ask: Ask[None, None]) -> Account:
    """Return a user."""
    with ask.server.db.read() as connection:
        row = users.account(connection, ask.part("username"))
    if row is None:
        raise no_such("user")
    return _account(row)


def edit_user(ask: Ask[None, AccountEdit]) -> Account:
    """Make a user an admin or not, disable or enable them, set their address."""
    need_accounts(ask.server.mode)
    return _account(accounts.edit(ask, ask.part("username")))


def link_for_user(ask: Ask[None, None]) -> OneTimeLink:
    """Make a link by which a user chooses a new password."""
    need_accounts(ask.server.mode)
    return accounts.link_for(ask, ask.part("username"))


def own_account(ask: Ask[None, None]) -> Account:
    """Return the caller's account."""
    return _account(accounts.caller_account(ask.server, ask.caller))


def own_email(ask: Ask[None, EmailEdit]) -> Account:
    """Change the caller's address."""
    need_accounts(ask.server.mode)
    return _account(accounts.set_own_email(ask, ask.body.email))


def change_password(ask: Ask[None, PasswordChange]) -> Ended:
    """Change the caller's password; their other sessions end, their keys stay."""
    need_accounts(ask.server.mode)
    return Ended(count=accounts.change_password(ask))


def sign_up(ask: Ask[None, SignUp]) -> SignedUp:
    """Make an account where the policy allows it."""
    need_accounts(ask.server.mode)
    return accounts.sign_up(ask)


def reset(ask: Ask[None, PasswordReset]) -> User:
    """Choose a password by a one-time link."""
    need_accounts(ask.server.mode)
    user = accounts.reset_password(ask.server, ask.body)
    return User(username=user.username, admin=user.admin)


def forgotten(ask: Ask[None, Forgotten]) -> None:
    """Ask for a link by mail."""
    need_accounts(ask.server.mode)
    if not ask.body.who.strip():
        raise Problem(400, "bad_name", "Give your name or your address.")
    accounts.forgotten(ask, ask.body.who.strip())


def confirm(ask: Ask[None, LinkToken]) -> User:
    """Show that an address is the user's."""
    need_accounts(ask.server.mode)
    user = accounts.confirm_email(ask, ask.body.token)
    return User(username=user.username, admin=user.admin)


ROUTES = (
    Route(
        method="GET",
        path="/users",
        need=Need.ADMIN,
        handler=all_users,
        summary="Users by name, a page at a time",
        query=UsersQuery,
        answer=Accounts,
    ),
    Route(
        method="POST",
        path="/users",
        need=Need.ADMIN,
        handler=new_user,
        summary="Add a user, with a password or a link to choose one",
        body=NewUser,
        answer=UserAdded,
        errors=(409,),
    ),
    Route(
        method="GET",
        path=USER,
        need=Need.ADMIN,
        handler=one_user,
        summary="A user",
        answer=Account,
    ),
    Route(
        method="PATCH",
        path=USER,
        need=Need.ADMIN,
        handler=edit_user,
        summary="Make a user an admin or not, disable or enable them, set their address",
        body=AccountEdit,
        answer=Account,
        errors=(409,),
    ),
    Route(
        method="POST",
        path=USER + "/reset",
        need=Need.ADMIN,
        handler=link_for_user,
        summary="Make a link by which the user chooses a new password, once",
        answer=OneTimeLink,
    ),
    Route(
        method="GET",
        path="/account",
        need=Need.USER,
        handler=own_account,
        summary="Your account",
        answer=Account,
    ),
    Route(
        method="PUT",
        path="/account/email",
        need=Need.ACCOUNT,
        handler=own_email,
        summary="Change your address; it is yours once the link mailed to it is opened",
        body=EmailEdit,
        answer=Account,
        errors=(429,),
    ),
    Route(
        method="PUT",
        path="/account/password",
        need=Need.ACCOUNT,
        handler=change_password,
        summary="Change your password; your other browsers are signed out, keys stay",
        body=PasswordChange,
        answer=Ended,
        errors=(409, 429),
    ),
    Route(
        method="POST",
        path="/signup",
        need=Need.PUBLIC,
        handler=sign_up,
        summary="Make an account, where the server's policy allows it",
        body=SignUp,
        answer=SignedUp,
        errors=(403, 409, 429),
    ),
    Route(
        method="POST",
        path="/password/reset",
        need=Need.PUBLIC,
        handler=reset,
        summary="Choose a password by a one-time link; ends all sessions",
        body=PasswordReset,
        answer=User,
        errors=(403, 429),
    ),
    Route(
        method="POST",
        path="/password/forgotten",
        need=Need.PUBLIC,
        handler=forgotten,
        summary="Ask for a link to choose a new password, by mail",
        body=Forgotten,
        status=204,
        errors=(403, 429),
    ),
    Route(
        method="POST",
        path="/email/confirm",
        need=Need.PUBLIC,
        handler=confirm,
        summary="Show by a mailed link that an address is yours",
        body=LinkToken,
        answer=User,
        errors=(403, 409, 429),
    ),
)
