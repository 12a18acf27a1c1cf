"""Fixtures: a private home for libraries, no network, a tiny encoder with exact vectors, the seeds' pipeline."""

import atexit
import hashlib
import os
import shutil
import socket
import tempfile
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from embeddings.documents import Article

_HOME = Path(tempfile.mkdtemp(prefix="dateline-tests-"))
atexit.register(shutil.rmtree, _HOME, ignore_errors=True)
os.environ.update(
    XDG_CACHE_HOME=str(_HOME / "cache"),
    XDG_DATA_HOME=str(_HOME / "data"),
    XDG_CONFIG_HOME=str(_HOME / "config"),
    HF_HUB_OFFLINE="1",
    TOKENIZERS_PARALLELISM="false",
)
for name in [name for name in os.environ if name.startswith("DATELINE_")]:
    del os.environ[name]

_connect = socket.socket.connect


def pytest_make_parametrize_id(val, argname):
    """Name a test by what its bytes are for: what is packed holds the time, which would be another name at each run."""
    return argname if isinstance(val, bytes) and len(val) > 20 else None


DAM = Article("dam", "Dam opens", "The dam opened. Minister Okoro cut the ribbon.", date(2021, 5, 1), "Echo")
STORM = Article("storm", "Storm hits", "The storm hit the coast. Trees fell.", date(2022, 3, 2), "Post")
UNDATED = Article("old", "Old tale", "The coast was calm.")
ARTICLES = [Article("a", "A", "They came on\nTuesday (late)."), Article("b", "B", "They left on Friday.")]


def _loopback_only(self, address):
    if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1", "localhost"):
        raise AssertionError(f"a test reached for the network: {address}")
    return _connect(self, address)


socket.socket.connect = _loopback_only


class WordEncoder:
    """Counts words into 64 places: equal words give near vectors, and everything is exact."""

    name = "words"
    dimension = 64

    def __init__(self, fingerprint="f" * 64):
        self.fingerprint = fingerprint

    def encode_passages(self, texts):
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in text.lower().split():
                vectors[row, hashlib.sha256(word.encode()).digest()[0] % self.dimension] += 1
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)

    encode_questions = encode_passages


def free_port():
    """Find a port of this machine that nothing listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.fixture
def encoder():
    return WordEncoder()


@pytest.fixture
def own(tmp_path):
    """What a page offers: a library with ARTICLES, called "library"."""
    from qa.build import open_store
    from qa.libraries.workspace import Libraries
    from qa.settings import load_settings

    settings = load_settings({"library": tmp_path / "library"})
    store = open_store(settings, create=True)
    store.add(ARTICLES)
    store.close()
    libraries = Libraries(settings)
    yield libraries
    libraries.close()


@pytest.fixture
def libraries(tmp_path, monkeypatch):
    """What a page offers of a user who has made no library yet."""
    from qa.libraries.workspace import Libraries
    from qa.settings import load_settings

    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return Libraries(load_settings({}))


@pytest.fixture(scope="session")
def pipeline():
    from qa.build import shared_pipeline
    from qa.settings import load_settings

    return shared_pipeline(load_settings({}))


@pytest.fixture(scope="session")
def user_article():
    from qa.build import seeds_folder

    return (seeds_folder() / "articles" / "000_f4a296dbab405d5d.txt").read_bytes().decode()


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory):
    """A random BERT of 2 layers with the shipped reader's tokenizer: it learns little, but fast."""
    import torch
    from transformers import AutoTokenizer, BertConfig, BertForQuestionAnswering

    from qa.reader import SHIPPED_READER

    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=30522, hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64
    )
    folder = tmp_path_factory.mktemp("tiny")
    BertForQuestionAnswering(config).save_pretrained(folder)
    AutoTokenizer.from_pretrained(str(SHIPPED_READER)).save_pretrained(folder)
    return folder


@pytest.fixture
def one_thread():
    """What is as small as this gains nothing from two, and loses much where another process takes one of them."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def without_plots(monkeypatch):
    """Reports have no drawings, which take most of the time."""
    monkeypatch.setattr("qa.evaluation.page.plots", lambda outcomes, figures: {})


@pytest.fixture
def seed_data(tmp_path):
    """A folder with 32 questions to train on."""
    from lessons import from_the_seeds

    return from_the_seeds(tmp_path / "data")


@pytest.fixture
def opener(engine, tmp_path, monkeypatch):
    """Open the one library of a test, as often as it wants; all that was opened is closed at the end."""
    from embeddings.local import LocalStore
    from embeddings.milvus import MilvusStore
    from embeddings.milvus_address import milvus_address

    opened = []
    if engine == "milvus":  # Milvus Lite flushes dozens of small files, and no power cut is tried here
        monkeypatch.setattr("os.fsync", lambda descriptor: None)

    def open_library(encoder=None, **options):
        encoder = WordEncoder() if encoder is None else encoder
        if engine == "local":
            store = LocalStore(tmp_path / "library", encoder, **options)
        else:
            address = milvus_address(str(tmp_path / "library.db"))
            store = MilvusStore(address, encoder, folder=tmp_path / "beside", **options)
        opened.append(store)
        return store

    yield open_library
    for store in opened:
        store.close()


@pytest.fixture
def store(opener):
    store = opener(create=True)
    store.add([DAM, STORM, UNDATED])
    return store


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """The page, served with a data folder of its own: its address, and that folder."""
    from browsing import serving

    folder = tmp_path_factory.mktemp("data")
    with serving(folder) as address:
        yield address, folder


@pytest.fixture(scope="module")
def browser():
    from browsing import chromium

    with chromium() as started:
        yield started


@pytest.fixture
def page(place, browser):
    from browsing import opened

    with opened(browser, place[0]) as page:
        yield page
