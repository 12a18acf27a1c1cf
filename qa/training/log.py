"""The record of a training run: a line a measurement, and curves at the end."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from embeddings.errors import DatelineError
from qa.atomic import write_atomically

LOG_FILE, CURVES_FILE = "log.jsonl", "curves.png"


def append_log(out: Path, row: Mapping[str, Any]) -> None:
    """Add a row to a run's log.

    Raises:
        DatelineError: it can't be written.
    """
    try:
        with (out / LOG_FILE).open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
    except OSError as error:
        raise DatelineError(f"{out / LOG_FILE} can't be written ({error.strerror})") from error


def read_log(out: Path) -> list[dict[str, Any]]:
    """Read a run's log; the last line may have been cut short by a kill."""
    rows = []
    with suppress(OSError):
        for line in (out / LOG_FILE).read_text(encoding="utf-8").splitlines():
            with suppress(ValueError):
                rows.append(json.loads(line))
    return rows


def rewind_log(out: Path, step: int) -> None:
    """Drop what was logged after a step, where a run goes on from: those steps are taken again."""
    rows = [row for row in read_log(out) if row["step"] <= step]
    write_atomically(out / LOG_FILE, "".join(json.dumps(row) + "\n" for row in rows))


def plot(out: Path) -> None:
    """Draw loss and dev figures over the questions seen, into curves.png."""
    from matplotlib.figure import Figure

    rows = read_log(out)
    loss = [(row["questions"], row["loss"]) for row in rows if "loss" in row]
    dev = [(row["questions"], row["dev"]) for row in rows if "dev" in row]
    figure = Figure(figsize=(11, 4), layout="tight")
    axes = figure.subplots(1, 2)
    axes[0].plot(*zip(*loss, strict=True)) if loss else None
    axes[0].set(xlabel="questions seen", ylabel="loss")
    for name in ("f1", "forced_f1") if dev else ():
        measured = [(at, figures[name]) for at, figures in dev if name in figures]
        axes[1].plot(*zip(*measured, strict=True), marker="o", label=name) if measured else None
    axes[1].set(xlabel="questions seen", ylabel="dev, percent")
    if dev:
        axes[1].legend()
    figure.savefig(out / CURVES_FILE)
