"""What each command of the command line does. Imports that take time stand inside the functions."""

from qa.commands.asking import ask, chat, serve
from qa.commands.keeping import backup, check, restore
from qa.commands.library import articles, index
from qa.commands.making import calibrate, export, train_reader, train_relevance
from qa.commands.measuring import check_questions, evaluate
from qa.commands.shared import BAD_INPUT, INTERRUPTED, OK

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
    "restore",
    "serve",
    "train_reader",
    "train_relevance",
]
