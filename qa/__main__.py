"""`dateline`, which `python -m qa` is, too: Ctrl-C while the commands are still being imported ends it quietly."""

import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Do what `qa.cli.main` does."""
    try:
        from qa.cli import main as run

        return run(argv)
    except KeyboardInterrupt:
        return 130  # as qa.cli has it


if __name__ == "__main__":
    sys.exit(main())
