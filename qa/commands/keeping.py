"""`dateline check`, `dateline backup` and `dateline restore`: that nothing is lost. No model is loaded to look."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from embeddings.encoder import SentenceEncoder
from embeddings.errors import DatelineError
from embeddings.maintenance.checking import CheckReport, Finding
from embeddings.maintenance.checking import check as check_library
from embeddings.milvus_address import MilvusAddress
from embeddings.plurals import in_number
from qa.commands.shared import FAILED_GATE, OK, print_json, settings_of

NAMED_FINDINGS = 20
"""How many findings are named before they are only counted."""


def check(arguments: argparse.Namespace) -> int:
    """Say whether a library is sound, and with --repair mend it; 1 where something is wrong in the end."""
    folder = _library(arguments)
    report = _with_labels(folder, check_library(folder, thoroughly=arguments.repair))
    done: list[str] = []
    if arguments.repair and (report.cut_otherwise or any(finding.remedy for finding in report.findings)):
        from embeddings.maintenance.repairing import repair

        done = repair(folder, lambda name: SentenceEncoder(arguments.encoder or name))
        before, report = report, _with_labels(folder, check_library(folder))
        if not arguments.json:
            _print_findings(before.findings)
    if arguments.json:
        print_json(_as_object(folder, report, done), indent=2)
    else:
        _print(folder, report, done)
    return FAILED_GATE if report.findings else OK


def backup(arguments: argparse.Namespace) -> int:
    """Write a library into one file."""
    from embeddings.maintenance.backup import back_up

    folder = _library(arguments)
    entries = back_up(folder, arguments.file)
    size = arguments.file.stat().st_size
    print(f"{arguments.file} holds {folder} in {in_number(len(entries), 'file')} ({size / 1e6:,.1f} MB)")
    return OK


def restore(arguments: argparse.Namespace) -> int:
    """Make a library of a backup."""
    from embeddings.maintenance.backup import restore as restore_backup

    folder = _folder(arguments)
    if folder is None:
        raise DatelineError("name a new folder for the library: dateline restore FILE --library DIR")
    restore_backup(arguments.file, folder)
    print(f'restored {folder}; ask it: dateline ask "..." --library {folder}')
    return OK


def _library(arguments: argparse.Namespace) -> Path:
    from qa.build import own_library

    folder = _folder(arguments)
    return own_library() if folder is None else folder


def _folder(arguments: argparse.Namespace) -> Path | None:
    library = settings_of(arguments).library
    if isinstance(library, MilvusAddress) and library.is_lite:
        raise DatelineError(
            f"{library} is kept by Milvus Lite, which this does not look into; to back it up, stop what uses {library} "
            f"and copy the folder {library}, and to restore it, copy that back (docs/milvus.md)"
        )
    if isinstance(library, MilvusAddress):
        raise DatelineError(
            f"{library} stands on Milvus, which keeps and checks its own data; use milvus-backup to back up and "
            f"restore the collections that begin with {library.name}_ (docs/milvus.md)"
        )
    return library


def _with_labels(folder: Path, report: CheckReport) -> CheckReport:
    """Check the verdicts on answers, too."""
    from qa.evaluation.labels import LABELS_FILE, read_labels

    if not (folder / LABELS_FILE).is_file():
        return report
    try:
        read_labels(folder / LABELS_FILE)
    except DatelineError as error:
        return replace(report, findings=(*report.findings, Finding(str(error), "")))
    return report


def _print(folder: Path, report: CheckReport, done: list[str]) -> None:
    for line in done:
        print(line)
    _print_findings(report.findings)
    if not report.findings:
        held = f"{in_number(report.articles, 'article')} in {in_number(report.passages, 'passage')}"
        print(f"{folder} is sound: {held}")
        if report.cut_otherwise:
            print(
                f"of {in_number(report.looked_at, 'article')} that were looked at, an earlier Dateline cut "
                f"{report.cut_otherwise:,} into other passages than this one does; to have them cut anew: dateline "
                f"check --repair --library {folder}"
            )
    elif any(finding.remedy for finding in report.findings):
        print(f"mend it: dateline check --repair --library {folder}", file=sys.stderr)
    else:
        print("this can't be mended here; restore a backup: dateline restore FILE --library NEW", file=sys.stderr)


def _print_findings(findings: tuple[Finding, ...]) -> None:
    for finding in findings[:NAMED_FINDINGS]:
        print(f"{finding.what}; to mend it, {finding.remedy}" if finding.remedy else finding.what)
    if len(findings) > NAMED_FINDINGS:
        print(f"and {len(findings) - NAMED_FINDINGS:,} more")


def _as_object(folder: Path, report: CheckReport, done: list[str]) -> dict[str, object]:
    return {
        "library": str(folder),
        "sound": not report.findings,
        "articles": report.articles,
        "passages": report.passages,
        "cut_otherwise": report.cut_otherwise,
        "looked_at": report.looked_at,
        "findings": [{"what": one.what, "remedy": one.remedy or None} for one in report.findings],
        "done": done,
    }
