"""Inputs -> a library: only what changed is read again, and what can't be read is reported while the rest goes in."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from embeddings.article_ids import Taken
from embeddings.documents import Article
from embeddings.files import WITH_TROUBLE, FileRecord
from embeddings.forgetting import gone_by_name, gone_files, unheld
from embeddings.preparing import Preparer, prepare_here
from embeddings.schema import article_sha256
from embeddings.sources import READERS, Input, Unreadable, read_articles
from embeddings.sources.filling import filled, is_of_the_web
from embeddings.sources.visits import Visits
from embeddings.store import AddReport, PassageStore

READING = 12
"""Raised whenever files are read differently, so that they are read again."""


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What an ingestion did.

    Attributes:
        articles: what became of the articles.
        removed: articles that a file held before and holds no more.
        stayed: articles that a file held before and gives no more, but which may stand in what can't be read of it.
        skipped: files and pages that had not changed.
        unreadable: what gave no article, or less than it has, and why.
    """

    articles: AddReport
    removed: int
    stayed: int
    skipped: int
    unreadable: tuple[Unreadable, ...]


def ingest(
    store: PassageStore,
    inputs: Sequence[Input],
    *,
    seen: Callable[[Article | Unreadable], object] | None = None,
    prepared_by: Preparer = prepare_here,
    anew: bool = False,
) -> IngestReport:
    """Add the articles of inputs. Stopped at any moment, it keeps what is done.

    A file that has not changed since it was last read whole is skipped, even if it was moved, and so is what stands at
    an address where its server says so. Where a file that was read before gives an article no more, that article is
    removed; where it can't be read any more, its articles stay.

    Args:
        seen: is called with each thing that was read, for progress.
        prepared_by: where articles are cut and encoded; they are read here.
        anew: read also what has not changed, so that articles come back that were removed by hand.
    """
    follow_moved(store, inputs)
    run = _Run(store, seen or (lambda _: None), anew)
    report = run.add(inputs, prepared_by)
    lost = run.lost(report.articles.duplicates)
    places = {record.place for record in run.read.values() if not lost.isdisjoint(record.articles)}
    if again := [given for given in inputs if given.place in places]:
        report = _joined(report, _Run(store, lambda _: None, anew).add(again, prepared_by), lost)
    return report


def follow_moved(store: PassageStore, inputs: Sequence[Input]) -> None:
    """Take new files that hold what one did that is gone for that file, moved: its articles keep their ids."""
    new = [given for given in inputs if given.relative and store.file(given.place) is None]
    gone = {digest: record for record in (gone_files(store) if new else ()) for digest in _digests(record)}
    gone.pop("", None)  # of a library that was salvaged
    followed: dict[str, FileRecord] = {}
    for given in new if gone else ():
        record = gone.get(_digest(given) or "")
        if record is not None and record.place not in followed:
            # those that were removed by hand stay away
            there = [article for article_id in record.articles if (article := store.get(article_id)) is not None]
            ids, digests = tuple(one.id for one in there), tuple(map(article_sha256, there))
            followed[record.place] = FileRecord(given.place, record.sha256, ids, digests)
    if followed:
        store.keep_files(followed.values())
        store.forget_files(followed)


def _joined(report: IngestReport, later: IngestReport, lost: Set[str]) -> IngestReport:
    """Count what was read twice once, and what came in by that."""
    one, other = report.articles, later.articles
    copies = {copy: original for copy, original in one.duplicates.items() if copy not in lost}
    articles = replace(
        one,
        added=one.added + other.added,
        updated=one.updated + other.updated,
        passages=one.passages + other.passages,
        duplicates={**copies, **other.duplicates},
        empty=(*one.empty, *other.empty),
    )
    return replace(
        report, articles=articles, removed=report.removed + later.removed, stayed=report.stayed + later.stayed
    )


def expected(given: Input) -> int | None:
    """Count the articles that an input should give, quickly; None where that takes reading it."""
    if given.kind == ".jsonl":
        try:
            with given.open() as stream:
                return sum(part.count(b"\n") for part in iter(lambda: stream.read(1 << 20), b""))
        except (OSError, EOFError, ValueError, zlib.error):  # reading it will say so
            return None
    return 1 if given.kind in READERS and given.kind != ".csv" else None


@dataclass(slots=True)
class _Reading:
    """What is being read: a file or an address, and what has come of it."""

    given: Input
    known: Set[str] = frozenset()  # articles that it gave before, of a file in which not all could be read
    digests: dict[str, str] = field(default_factory=dict)  # of the articles that it gives, by id
    failed: bool = False


@dataclass(slots=True)
class _Run:
    store: PassageStore
    seen: Callable[[Article | Unreadable], object]
    anew: bool
    read: dict[str, FileRecord] = field(default_factory=dict)  # by place
    before: set[str] = field(default_factory=set)
    taken: Taken = field(init=False)
    removed: set[str] = field(default_factory=set)
    stayed: set[str] = field(default_factory=set)
    gone: dict[str, list[FileRecord]] | None = None  # files by name, once that is asked
    moved: dict[str, str] = field(default_factory=dict)  # where such a one was read before -> where it is now
    texts: dict[str, int] = field(default_factory=dict)  # of what was given, hashed, by id
    unreadable: list[Unreadable] = field(default_factory=list)
    reading: _Reading = field(init=False)
    skipped: int = 0

    def __post_init__(self) -> None:
        self.taken = Taken(self.store)

    def add(self, inputs: Sequence[Input], prepared_by: Preparer) -> IngestReport:
        try:
            report = self.store.add(self.articles(inputs), prepared_by=prepared_by)
            left = [FileRecord(place, "", (), ()) for place in self.moved]
            self.removed = unheld(self.store, self.before - self.texts.keys(), (*self.read.values(), *left))
            removed = self.store.remove(self.removed) if self.removed else 0
        except BaseException:  # Ctrl-C among them; a file that holds less than before is read again, to remove the rest
            came = set(self.moved.values())
            known = (one for one in self.read.values() if one.place not in came)
            if whole := [one for one in known if self.recorded(one.place) <= set(one.articles)]:
                self.store.keep_files(whole)
            raise
        self.store.keep_files(self.read.values())
        if self.moved:
            self.store.forget_files(self.moved)
        stayed = sum(self.store.get(one) is not None for one in self.stayed - self.texts.keys())
        return IngestReport(report, removed, stayed, self.skipped, tuple(self.unreadable))

    def lost(self, copies: Mapping[str, str]) -> set[str]:
        """Give those copies whose original was removed after all, or has come to tell something else.

        Args:
            copies: their originals by their ids.
        """
        return {
            copy
            for copy, original in copies.items()
            if original in self.removed or self.texts.get(original, self.texts[copy]) != self.texts[copy]
        }

    def articles(self, inputs: Sequence[Input]) -> Iterator[Article]:
        # one that is read in this run says itself which ids it has
        self.taken.read_anew = {given.place: partial(self._is_read_anew, given) for given in inputs}
        # one reader over all inputs, so that it sees an id that two of them give
        for item in read_articles(self._changed(inputs), used=self.taken, named_by=self.taken.named_by):
            self.seen(item)
            if isinstance(item, Unreadable):
                self.unreadable.append(item)
                self.reading.failed |= not item.went_in
                continue
            if is_of_the_web(self.reading.given):
                item = filled(item, self.store.get(item.id))
            self.reading.digests[item.id] = article_sha256(item)
            self.texts[item.id] = hash(item.text)
            if item.id not in self.reading.known:  # else it was taken before, and may have been removed by hand
                yield item

    def _changed(self, inputs: Sequence[Input]) -> Iterator[Input]:
        """Give the inputs that have to be read, and take each down as read when the next is wanted."""
        visits = Visits(self._state, _how, unchanged=self._skip, kept=self._keep_visit, anew=self.anew)
        for given in inputs:
            if is_of_the_web(given):
                given = replace(given, visits=visits)
            digest = _digest(given)  # of what is there before it is read
            record = self.store.file(given.place)
            self.reading = _Reading(given)
            if not self.anew and record is not None and digest is not None and digest in _digests(record):
                if record.sha256 != digest + WITH_TROUBLE:  # it was read whole, or as was said then
                    self._skip(given.place)
                    continue
                self.reading.known = frozenset(record.articles)
            self.taken.begin(given)
            yield given
            self._keep_file(digest)

    def _keep_file(self, digest: str | None) -> None:
        """Take down what was read to its end.

        Args:
            digest: of its content; None for what is no file.
        """
        place, digests, failed = self.reading.given.place, self.reading.digests, self.reading.failed
        before = self.recorded(place)
        # what the file gave before, and does not now since something in it can't be read, stays on record
        stayed = before - digests.keys() - self.taken.given_up if failed else set()
        self.stayed |= stayed
        if digest is not None and not stayed:
            digest += WITH_TROUBLE if failed else ""
            self.before |= before
            self.read[place] = FileRecord(place, digest, tuple(digests), tuple(digests.values()))
            if not failed:
                self._follow(place, digests.keys())

    def _follow(self, place: str, ids: Set[str]) -> None:
        """Take a file for one of its name that is gone, moved and changed, if it gives half of that one's articles.

        As where a library was restored on another machine, whose files stand elsewhere.
        """
        self.gone = gone_by_name(self.store) if self.gone is None else self.gone
        for record in self.gone.get(Path(place).name, ()):
            if 2 * len(ids & set(record.articles)) >= len(record.articles):
                self.before |= set(record.articles)
                self.moved[record.place] = place

    def _keep_visit(self, place: str, state: str, articles: Sequence[Article]) -> None:
        """Take down an address that was read, and the state in which it was; see Visits."""
        ids, digests = tuple(one.id for one in articles), self.reading.digests
        if digests.keys() >= set(ids):
            # what gave way to another reading of this run has to be read again
            state = state if all(self.texts[one.id] == hash(one.text) for one in articles) else ""
            self.read[place] = FileRecord(place, state, ids, tuple(map(digests.__getitem__, ids)))

    def _is_read_anew(self, given: Input) -> bool:
        record = self.store.file(given.place)
        return self.anew or record is None or _digest(given) not in _digests(record)

    def _skip(self, _: str) -> None:
        self.skipped += 1

    def _state(self, place: str) -> str | None:
        """Give the state that an address was read in before; see Visits."""
        record = self.read.get(place) or self.store.file(place)
        return record.sha256 if record is not None else None

    def recorded(self, place: str) -> set[str]:
        record = self.store.file(place)
        return set(record.articles) if record is not None else set()


def _how(given: Input) -> str:
    """Hash how what stands at an address is read, and what else is known of it, which goes into its article."""
    said = [[READING, given.kind, *_told(given)], given.known]
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


def _told(given: Input) -> list[object]:
    """Give what the user has said of how it is read; [] for nothing."""
    order = [] if given.day_first is None else [given.day_first]
    return [sorted(given.columns.items()), *order] if given.columns or order else []


def _digests(record: FileRecord) -> tuple[str, str]:
    """Give the digests of a file that a record is of; where the user says nothing now, what was said then holds."""
    known = record.sha256.removesuffix(WITH_TROUBLE)
    return known, known.partition(":")[0]


def _digest(given: Input) -> str | None:
    """Hash a file, and behind a colon what the user has said of how it is read; None for what is no file."""
    digest = hashlib.sha256(json.dumps([READING, given.kind]).encode())
    try:
        with Path(given.place).open("rb") as stream:
            while part := stream.read(1 << 20):
                digest.update(part)
    except OSError:
        return None
    told = _told(given)
    return digest.hexdigest() + (f":{hashlib.sha256(json.dumps(told).encode()).hexdigest()}" if told else "")
