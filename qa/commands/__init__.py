"""What each command of the command line does. Imports that take time stand inside the functions."""

from qa.commands.access import list_access, make_token, open_access, revoke_token, set_password
from qa.commands.asking import ask, chat, serve
from qa.commands.keeping import backup, check, restore
from qa.commands.library import articles, index
from qa.commands.making import calibrate, export, train_passages, train_reader, train_relevance, train_tokens
from qa.commands.measuring import check_questions, evaluate
from qa.commands.shared import BAD_INPUT, INTERRUPTED, OK
from qa.commands.shelf import libraries

__all__ = [
    "BAD_INPUT",
    "INTERRUPTED",
    "OK",
    "articles",
    "ask",
    "backup",
    "calibrate",
    "chat",
    "check",
    "check_questions",
    "evaluate",
    "export",
    "index",
    "libraries",
    "list_access",
    "make_token",
    "open_access",
    "restore",
    "revoke_token",
    "serve",
    "set_password",
    "train_passages",
    "train_reader",
    "train_relevance",
    "train_tokens",
]
