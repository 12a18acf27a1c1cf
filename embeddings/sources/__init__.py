"""Files -> articles: one module a format. A file that can't be read is reported, and the rest go in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from embeddings.documents import Article
from embeddings.errors import DatelineError
from embeddings.sources.reading import Unreadable
from embeddings.sources.table import read_jsonl
from embeddings.sources.text import read_markdown, read_text

READERS: Mapping[str, Callable[[Path], Iterator[Article | Unreadable]]] = {
    ".txt": read_text,
    ".md": read_markdown,
    ".jsonl": read_jsonl,
    ".jsonl.gz": read_jsonl,
}
KINDS = ", ".join(READERS)

__all__ = ["KINDS", "Found", "Unreadable", "find_files", "read_articles"]


@dataclass(frozen=True, slots=True)
class Found:
    """The files to read, in order, and those of other kinds that a folder held besides."""

    files: tuple[Path, ...]
    passed_over: tuple[Path, ...]


def find_files(paths: Sequence[Path]) -> Found:
    """Find the readable files: each path itself, or those anywhere under a folder, by name.

    Hidden files and folders are left out.

    Raises:
        DatelineError: a path does not exist, a file named is of no known kind, or nothing was found.
    """
    files: dict[Path, None] = {}
    passed_over: dict[Path, None] = {}
    for path in paths:
        if not path.exists():
            raise DatelineError(f"there is nothing at {path}; name a file or folder of articles ({KINDS})")
        if path.is_file() and _kind(path) not in READERS:
            raise DatelineError(f"{path} is of no kind that can be read; these are: {KINDS}")
        for file in [path] if path.is_file() else _under(path):
            (files if _kind(file) in READERS else passed_over)[file] = None
    if not files:
        raise DatelineError(f"no articles in {', '.join(map(str, paths))}; want files of these kinds: {KINDS}")
    return Found(tuple(files), tuple(passed_over))


def read_articles(files: Iterable[Path]) -> Iterator[Article | Unreadable]:
    """Read articles one by one; what can't be read comes as Unreadable, in its place.

    An id that a file gives to a second, different article is unreadable too: one would replace the other.
    """
    seen: dict[str, Path] = {}
    for file in files:
        for item in READERS[_kind(file)](file):
            if isinstance(item, Article) and item.id in seen:
                yield Unreadable(
                    file, f"the id {item.id!r} was used already, in {seen[item.id]}; give each article its own"
                )
                continue
            if isinstance(item, Article):
                seen[item.id] = file
            yield item


def _kind(path: Path) -> str:
    name = path.name.lower()
    return ".jsonl.gz" if name.endswith(".jsonl.gz") else path.suffix.lower()


def _under(folder: Path) -> list[Path]:
    return sorted(
        file
        for file in folder.rglob("*")
        if file.is_file() and not any(part.startswith(".") for part in file.relative_to(folder).parts)
    )
