"""`dateline access`."""

from __future__ import annotations

import argparse
import sys
from getpass import getpass
from pathlib import Path
from typing import TYPE_CHECKING

from embeddings.errors import InvalidInput
from qa.commands.shared import OK, settings_of

if TYPE_CHECKING:
    from qa.service.access import Access


def set_password(arguments: argparse.Namespace) -> int:
    """Set the password, asked for twice at a terminal."""
    file, access = _kept(arguments)
    access.with_password(_typed()).save(file)
    print(f"the password is set in {file}; a server that runs has to be started anew")
    return OK


def make_token(arguments: argparse.Namespace) -> int:
    """Make a token and show it."""
    file, access = _kept(arguments)
    access, token = access.with_token(arguments.name)
    access.save(file)
    print(token)
    print("it is not shown again; a server that runs has to be started anew", file=sys.stderr)
    return OK


def revoke_token(arguments: argparse.Namespace) -> int:
    """Take a token back."""
    file, access = _kept(arguments)
    access.without_token(arguments.name).save(file)
    print(f"the token {arguments.name} is taken back; a server that runs has to be started anew")
    return OK


def list_access(arguments: argparse.Namespace) -> int:
    """Say what there is, without a secret."""
    file, access = _kept(arguments)
    if not file.exists():
        print(f"there is no password and no token ({file} is missing): only this machine is served")
        return OK
    print(f"password: {'set' if access.password else 'none'}")
    for name in access.tokens:
        print(f"token: {name}")
    return OK


def open_access(arguments: argparse.Namespace) -> int:
    """Remove the file."""
    file = settings_of(arguments).access_file
    try:
        file.unlink()
    except FileNotFoundError:
        print(f"there is no password and no token ({file} is missing); nothing was removed")
    else:
        print(f"removed {file}; a server that runs has to be started anew")
    return OK


def _kept(arguments: argparse.Namespace) -> tuple[Path, Access]:
    """Give the file, and what it holds: nothing where it is missing."""
    from qa.service.access import Access

    file = settings_of(arguments).access_file
    return file, Access.load(file) or Access()


def _typed() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    try:
        password, again = getpass("Password: "), getpass("Once more: ")
    except EOFError:  # Ctrl-D
        raise InvalidInput("no password was typed; nothing was set") from None
    if again != password:
        raise InvalidInput("the two passwords differ; nothing was set")
    return password
