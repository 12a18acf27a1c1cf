"""`dateline libraries`: a user's own, by the names that the page shows."""

from __future__ import annotations

import argparse
import sys

from embeddings.utf8 import in_utf8
from qa.commands.shared import OK, print_json


def libraries(arguments: argparse.Namespace) -> int:
    """List, rename or delete libraries."""
    from qa.libraries import shelf

    if arguments.rename is not None:
        name, wanted = map(in_utf8, arguments.rename)
        before, _ = shelf.find(name)
        print(f"the library {before} is called {shelf.rename(before, wanted)} now")
    elif arguments.delete is not None:
        name, folder = shelf.find(in_utf8(arguments.delete))
        shelf.delete(folder)
        print(f"deleted the library {name}")
    else:
        found = shelf.shelved()
        if not found:
            print("dateline: you have no library yet; make one with: dateline index PATH", file=sys.stderr)
        for name, folder in found.items():
            shown = {"name": name, "folder": str(folder)}
            if arguments.json:
                print_json(shown)
            else:
                print("\t".join(shown.values()))
    return OK
