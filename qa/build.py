"""The composition root: settings -> store, retriever, reader, pipeline."""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from platformdirs import user_cache_path, user_data_path
from tqdm import tqdm

from embeddings.chunking import Chunking
from embeddings.documents import Article
from embeddings.encoder import SentenceEncoder
from embeddings.errors import DatelineError
from embeddings.ingest import READING
from embeddings.local import LocalStore
from embeddings.milvus_address import MilvusAddress
from embeddings.paths import file_identity
from embeddings.schema import FILE, FORMAT
from embeddings.sources import find_inputs, read_articles
from embeddings.store import PassageStore
from qa.answers import Answer
from qa.confidence import CALIBRATOR_FILE, Calibrator
from qa.pipeline import Pipeline
from qa.reader import SHIPPED_READER, ExtractiveReader
from qa.retriever import Retriever
from qa.settings import CREDENTIALS_VARIABLE, Settings

logger = logging.getLogger(__name__)

KEPT = 8
"""Libraries kept open for `answer` and `converse`."""
_OPENING = threading.Lock()


def seeds_folder() -> Path:
    """Find the folder of seed articles and questions: in the source tree, or where an installation puts it.

    Raises:
        DatelineError: it is in neither place.
    """
    # pip puts it above the code, for all (/usr/local), for one user (~/.local) and with --target
    installed = (above / "share" / "dateline" / "seeds" for above in Path(__file__).parents)
    for folder in (Path(__file__).parents[1] / "seeds", *installed):
        if (folder / "articles").is_dir():
            return folder
    raise DatelineError("the seed articles are not installed; reinstall dateline-qa, or name a library with --library")


def own_library() -> Path:
    """Where articles go when no library is named."""
    return user_data_path("dateline") / "library"


def is_seeds(folder: Path) -> bool:
    """Say whether a library is that of the seeds, which Dateline makes and names itself."""
    return folder.parent == user_cache_path("dateline") and folder.name.startswith("seeds-")


def open_store(settings: Settings, *, create: bool = False, encoder: SentenceEncoder | None = None) -> PassageStore:
    """Open the library that the settings name: else the user's own, else that of the seeds.

    Args:
        create: make the library where there is none; then without a name it is the user's own.
        encoder: one that is loaded already; None means that of the settings.

    Raises:
        DatelineError: see LocalStore and MilvusStore.
    """
    encoder = SentenceEncoder(settings.encoder) if encoder is None else encoder
    folder = settings.library
    if isinstance(folder, MilvusAddress):
        return _open_milvus(folder, settings, encoder, create=create)
    if folder is None and (create or (own_library() / FILE).is_file()):
        folder = own_library()
    if folder is None:  # which is cut as it is
        return LocalStore(seeds_library(encoder), encoder)
    return LocalStore(folder, encoder, chunking=_chunking(settings), create=create)


def open_pipeline(
    settings: Settings,
    store: PassageStore | None = None,
    *,
    reader: ExtractiveReader | None = None,
    calibrator: Calibrator | None = None,
    observer: Callable[[Answer], object] | None = None,
) -> Pipeline:
    """Join all stages; nothing heavy is loaded before the first question.

    Args:
        store: one that is open already; None opens the one that the settings name.
        reader: one that is loaded already; None means that of the settings.
        calibrator: None means the one beside the reader.
        observer: is given each answer.
    """
    if reader is None:
        reader = ExtractiveReader(settings.reader or SHIPPED_READER, threads=settings.threads)
    store = open_store(settings) if store is None else store
    return Pipeline(
        Retriever(store),
        reader,
        load_calibrator(reader.folder) if calibrator is None else calibrator,
        k=settings.k,
        top=settings.top,
        threshold=settings.threshold,
        observer=observer,
    )


def _open_milvus(address: MilvusAddress, settings: Settings, encoder: SentenceEncoder, *, create: bool) -> PassageStore:
    from embeddings.milvus import MilvusStore

    return MilvusStore(
        address,
        encoder,
        folder=user_data_path("dateline") / "milvus" / address.folder_name,
        token=os.environ.get(CREDENTIALS_VARIABLE, ""),
        chunking=_chunking(settings),
        create=create,
    )


def shared_pipeline(settings: Settings) -> Pipeline:
    """Give a pipeline for settings and the library that they name now.

    The last few libraries are kept open, and the models are loaded once for all of them.
    """
    library = settings.library
    if library is None and (own_library() / FILE).is_file():  # it may have been made since the last question
        library = own_library()
    if isinstance(library, Path):
        library = library.absolute()
    # what does not change how a library is opened and read is no reason to load anything again
    opened_by = replace(settings, library=library, k=None, top=Settings().top, threshold=None, access=None)
    with _OPENING:  # threads that ask at once for the first time share it, too
        identity = file_identity(library / FILE) if isinstance(library, Path) else None
        pipeline = _pipeline_of(opened_by, identity)
        store = pipeline.retriever.store
        if library is None and isinstance(store, LocalStore) and not store.is_in_place:  # the seeds: caches are cleared
            _pipeline_of.cache_clear()
            pipeline = _pipeline_of(opened_by, identity)
    return pipeline.adjusted(k=settings.k, top=settings.top, threshold=settings.threshold)


@lru_cache(maxsize=KEPT)
def _pipeline_of(settings: Settings, identity: tuple[int, int] | None) -> Pipeline:
    encoder, reader = _models_of(settings.encoder, settings.reader, settings.threads)
    return open_pipeline(settings, open_store(settings, encoder=encoder), reader=reader)


@lru_cache(maxsize=1)
def _models_of(encoder: str, reader: str | None, threads: int) -> tuple[SentenceEncoder, ExtractiveReader]:
    return SentenceEncoder(encoder), ExtractiveReader(reader or SHIPPED_READER, threads=threads)


def load_calibrator(folder: Path) -> Calibrator:
    """Load the calibrator beside a reader, or the shipped reader's where it has none."""
    file = folder / CALIBRATOR_FILE
    if not file.is_file():
        logger.warning("%s has no %s; its probabilities are guesses made for another reader", folder, CALIBRATOR_FILE)
        file = SHIPPED_READER / CALIBRATOR_FILE
    return Calibrator.load(file)


def evaluation_library(articles: Path, settings: Settings) -> Path:
    """Name the library of articles that are only evaluated: one for each place and encoder, kept for the next run."""
    made_from = f"{articles.resolve()} {settings.encoder} {settings.passage_words} {settings.overlap_sentences}"
    return user_cache_path("dateline") / f"evaluate-{hashlib.sha256(made_from.encode()).hexdigest()[:16]}"


def _chunking(settings: Settings) -> Chunking | None:
    if settings.passage_words is None and settings.overlap_sentences is None:
        return None
    default = Chunking()
    return Chunking(
        default.words if settings.passage_words is None else settings.passage_words,
        default.overlap if settings.overlap_sentences is None else settings.overlap_sentences,
    )


def seeds_library(encoder: SentenceEncoder) -> Path:
    """Make the seeds' library where it is missing, and return its folder.

    The folder is named for what it was made from, so that other seeds or another encoder get one of their own. It is
    made aside and moved into place whole.
    """
    inputs = find_inputs([seeds_folder() / "articles"]).inputs
    digest = hashlib.sha256(f"{encoder.fingerprint} {FORMAT} {READING}".encode())
    for given in inputs:
        digest.update(given.read())
    folder = user_cache_path("dateline") / f"seeds-{digest.hexdigest()[:16]}"
    if folder.is_dir():
        return folder
    aside = folder.with_name(f"{folder.name}.{os.getpid()}-{threading.get_ident()}")
    logger.info("indexing the seed articles into %s", folder)
    read = tqdm(read_articles(inputs), total=len(inputs), desc="indexing the seeds", unit="article", disable=None)
    try:
        with closing(LocalStore(aside, encoder, create=True)) as store:
            store.add(item for item in read if isinstance(item, Article))
        with suppress(OSError):  # another process was faster
            aside.rename(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return folder
