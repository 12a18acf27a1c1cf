"""(question, passages) -> answer spans."""

from __future__ import annotations

import importlib
import inspect
import json
import logging
import os
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from embeddings.documents import Hit
from embeddings.errors import DatelineError, first_line
from embeddings.hub import from_hub
from embeddings.memo import Memo
from embeddings.network import BertNetwork, has_matrix_units
from qa.answers import Span
from qa.decoding import best_spans
from qa.leads import lead
from qa.manifest import check_manifest
from qa.rules.tidying import tidied
from qa.windows import MAX_TOKENS, WindowBatch, batches, make_windows

logger = logging.getLogger(__name__)

SHIPPED_READER = Path(__file__).parent / "models" / "reader"
ONNX_FILE = "model.int8.onnx"
TOKENIZER_FILE = "tokenizer.json"
SPANS_PER_PASSAGE = 10
SLOW_FUSIONS = ["SkipLayerNormFusion", "BiasSkipLayerNormFusion"]
"""Of onnxruntime: their operator takes three times as long as an addition and a LayerNormalization."""
BATCH = 6144
"""Tokens of a batch, where windows are read together."""
_FILES = {"onnx": ONNX_FILE, "openvino": "model.safetensors", "torch": "model.safetensors"}
"""What each backend reads its weights from."""
_BERT: dict[str, Any] = {"prefix": "bert.", "head": "qa_outputs"}
"""What transformers calls the parts of BertForQuestionAnswering."""
READ_BEFORE = 4096
"""Pairs of question and passage whose answers are remembered: some 10 MB."""

Logits = npt.NDArray[np.float32]
Model = Callable[[WindowBatch], tuple[Logits, Logits]]
"""Windows -> start and end logits, each of shape (rows, tokens)."""


class Reader(Protocol):
    """Finds answers in passages."""

    name: str
    """Its id or folder."""

    def read(self, question: str, hits: Sequence[Hit]) -> list[Span]:
        """List the spans of all hits on one scale, best first."""

    def read_many(self, pairs: Sequence[tuple[str, Sequence[Hit]]]) -> list[list[Span]]:
        """Do the same for many questions, each with its own hits."""


class _Text(NamedTuple):
    """What is read: a passage behind what its article says of itself (see `qa.leads`)."""

    question: str
    lead: str
    passage: str


class _Place(NamedTuple):
    """Half-open characters of a passage that may answer, and how much rather than nothing there."""

    start: int
    end: int
    margin: float


@dataclass(frozen=True, slots=True)
class _Loaded:
    tokenizer: Tokenizer
    model: Model
    pad_id: int
    window_tokens: int
    batch_tokens: int


class ExtractiveReader:
    """Reads with any Hugging Face question-answering checkpoint, by folder or hub id; loaded on first use.

    A folder that holds `model.int8.onnx` runs on onnxruntime, other BERT checkpoints on OpenVINO, anything else on
    torch; where the processor has matrix units for bfloat16, all BERT checkpoints run on OpenVINO. Long passages are
    read in overlapping windows. Spans of all passages compete by their margin over the null
    score of their window; nothing is normalised per passage, which would make a passage without the
    answer as sure of itself as one with it (Clark and Gardner 2018). Each passage is read behind its article's title,
    date and opening, which name what the passage only calls "she" or "the storm"; no answer is taken from there.
    """

    def __init__(self, name: str | Path = SHIPPED_READER, *, backend: str | None = None, threads: int = 0) -> None:
        """Name a checkpoint.

        Args:
            name: folder or hub id.
            backend: "onnx", "openvino" (BERT alone) or "torch"; None takes the fastest that can.
            threads: processor threads; 0 means all.
        """
        if backend not in (None, *_FILES):
            raise ValueError(f"the backend is {', '.join(map(repr, _FILES))} or None, got {backend!r}")
        self.name = str(name)
        self._backend, self._threads = backend, threads
        self._lock = threading.Lock()  # a tokenizer keeps its truncation as state
        self._read_before: Memo[_Text, list[_Place]] = Memo(READ_BEFORE)

    def read(self, question: str, hits: Sequence[Hit]) -> list[Span]:
        """List the spans of all hits, best margin first.

        Spans overlap where the reader wavers ("Ana Reyes", "Mayor Ana Reyes"). A place that stands in two
        passages or windows comes once, with its best margin.
        """
        return self.read_many([(question, hits)])[0]

    def read_many(self, pairs: Sequence[tuple[str, Sequence[Hit]]]) -> list[list[Span]]:
        """Do the same for many questions; what was read for the same question lately is not read again."""
        texts = [[_Text(question, lead(hit), hit.text) for hit in hits] for question, hits in pairs]
        places = self._read_before.recall((text for row in texts for text in row), self._read_texts)
        return [
            _spans([(hit, place) for hit, text in zip(hits, row, strict=True) for place in places[text]])
            for (_, hits), row in zip(pairs, texts, strict=True)
        ]

    def _read_texts(self, texts: Sequence[_Text]) -> list[list[_Place]]:
        """Find the answers in each text, without looking whether it was read before."""
        with self._lock:
            windows = make_windows(
                self._loaded.tokenizer,
                [(text.question, text.lead + text.passage) for text in texts],
                max_tokens=self._loaded.window_tokens,
            )
        windows = [window.without_lead(len(texts[window.pair].lead)) for window in windows]
        found: list[list[_Place]] = [[] for _ in texts]
        for batch in batches(windows, pad_id=self._loaded.pad_id, max_batch_tokens=self._loaded.batch_tokens):
            start, end = self._loaded.model(batch)
            for span in best_spans(start, end, batch.allowed, batch.firsts, batch.inner, top=SPANS_PER_PASSAGE):
                window = batch.windows[span.row]
                first, last = window.offsets[span.start][0], window.offsets[span.end][1]
                found[window.pair].append(_Place(first, last, span.margin))
        return found

    @cached_property
    def folder(self) -> Path:
        """The folder with the checkpoint.

        Raises:
            DatelineError: it is neither a folder here nor to be had from the hub.
        """
        if Path(self.name).is_dir():
            return Path(self.name)
        return from_hub(
            self.name,
            missing=f"the reader {self.name!r} is no folder here and",
            instead="name a question-answering checkpoint, or leave it out to use the one that ships with Dateline",
        )

    @cached_property
    def _loaded(self) -> _Loaded:
        backend = self._backend or _fastest(self.folder)
        logger.info("loading the reader %s for %s", self.folder, backend)
        check_manifest(self.folder, ("config.json", TOKENIZER_FILE, _FILES[backend]))
        tokenizer = tokenizer_of(self.folder)
        pad_id = int(_read_config(self.folder).get("pad_token_id") or 0)
        model = {"onnx": _onnx_model, "openvino": _openvino_model, "torch": _torch_model}[backend](
            self.folder, self._threads
        )
        # onnxruntime is fastest window by window, where nothing is padded; and then the scales of its int8 numbers are
        # those of one window, so that what is found in a passage does not depend on what is read beside it
        batch_tokens = 0 if backend == "onnx" else BATCH
        return _Loaded(tokenizer, model, pad_id, window_tokens(self.folder), batch_tokens)


def _spans(places: Iterable[tuple[Hit, _Place]]) -> list[Span]:
    """Carry places in passages over to their articles, best margin first; a place that comes twice comes once."""
    found: dict[tuple[str, int, int], Span] = {}
    for hit, place in places:
        start, end = tidied(hit.article.text, hit.passage.start + place.start, hit.passage.start + place.end)
        key = (hit.article.id, start, end)
        if any(map(str.isalnum, hit.article.text[start:end])) and (key not in found or found[key].score < place.margin):
            found[key] = Span(hit.article.text[start:end], start, end, place.margin, hit)
    return sorted(found.values(), key=lambda span: (-span.score, span.start, span.end))


def _read_config(folder: Path) -> dict[str, Any]:
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DatelineError(
            f"the reader folder {folder} has no readable config.json ({error}); name a checkpoint"
        ) from error
    return dict(config)


def window_tokens(folder: Path) -> int:
    """Give the longest window that a checkpoint has positions for."""
    config = _read_config(folder)
    kept = 2 if "roberta" in str(config.get("model_type")) else 0  # by RoBERTa for itself
    return min(MAX_TOKENS, int(config.get("max_position_embeddings", 512)) - kept)


def tokenizer_of(folder: Path) -> Tokenizer:
    """Load a checkpoint's tokenizer, as its windows are made with it.

    Raises:
        DatelineError: see `load_tokenizer`.
    """
    file = folder / TOKENIZER_FILE
    if file.is_file():
        return Tokenizer.from_file(str(file))
    backend: Tokenizer = load_tokenizer(folder, f"the reader {folder}").backend_tokenizer
    return backend


def load_tokenizer(folder: Path, called: str) -> Any:
    """Load a checkpoint's tokenizer with transformers, which makes up an empty one where there is none.

    Raises:
        DatelineError: it can't be loaded, does not know offsets, or is not there; `called` begins the sentence.
    """
    from transformers import AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(str(folder))
    except (OSError, ValueError, KeyError) as error:
        raise DatelineError(f"{called} can't be loaded as a checkpoint: {first_line(error)}") from error
    if not tokenizer.is_fast:
        raise DatelineError(f"{called} has no fast tokenizer ({TOKENIZER_FILE}); offsets need one; name another")
    if len(tokenizer) <= len(tokenizer.all_special_tokens):
        raise DatelineError(
            f"{called} has no tokenizer; copy {TOKENIZER_FILE} there from the model that it was trained from"
        )
    return tokenizer


def _fastest(folder: Path) -> str:
    """Name the fastest backend that can run a checkpoint."""
    has_onnx = (folder / ONNX_FILE).is_file()
    if (has_matrix_units() or not has_onnx) and BertNetwork.takes(folder, **_BERT):
        return "openvino"
    return "onnx" if has_onnx else "torch"


def _openvino_model(folder: Path, threads: int) -> Model:
    if not BertNetwork.takes(folder, **_BERT):
        raise DatelineError(
            f"{folder} is no BERT checkpoint for question answering (BertForQuestionAnswering, model.safetensors); "
            "leave the backend out to run it on torch"
        )
    network = BertNetwork(folder, **_BERT, threads=threads)

    def run(batch: WindowBatch) -> tuple[Logits, Logits]:
        rows = network.run([window.ids for window in batch.windows], [window.type_ids for window in batch.windows])
        logits = np.zeros((*batch.allowed.shape, 2), dtype=np.float32)
        for at, row in enumerate(rows):
            logits[at, : len(row)] = row
        return logits[..., 0], logits[..., 1]

    return run


def load_onnxruntime() -> Any:
    """Import onnxruntime without its telemetry, which would report models and times over the network, unasked."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # which it reads once, when it is imported first
    return importlib.import_module("onnxruntime")


def _onnx_model(folder: Path, threads: int) -> Model:
    onnxruntime = load_onnxruntime()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    try:
        session = onnxruntime.InferenceSession(
            str(folder / ONNX_FILE), options, providers=["CPUExecutionProvider"], disabled_optimizers=SLOW_FUSIONS
        )
    except Exception as error:  # onnxruntime's errors have no common base but Exception
        raise DatelineError(f"{folder / ONNX_FILE} can't be loaded ({first_line(error)})") from error
    inputs = {item.name for item in session.get_inputs()}

    def run(batch: WindowBatch) -> tuple[Logits, Logits]:
        start, end = session.run(["start_logits", "end_logits"], batch.inputs(inputs))
        return start, end

    return run


def _torch_model(folder: Path, threads: int) -> Model:
    import torch

    if threads:
        torch.set_num_threads(threads)
    model = load_on_torch(folder)
    inputs = input_names(model)

    def run(batch: WindowBatch) -> tuple[Logits, Logits]:
        with torch.inference_mode():
            output = model(**{name: torch.from_numpy(array) for name, array in batch.inputs(inputs).items()})
        return output.start_logits.numpy(), output.end_logits.numpy()

    return run


def input_names(model: Any) -> set[str]:
    """Name what a model of transformers takes; no token types where it knows one alone."""
    names = set(inspect.signature(model.forward).parameters)
    # tokenizers gives 1 to all windows of a passage but the first, whatever XLM-RoBERTa's template says
    return names if getattr(model.config, "type_vocab_size", 0) > 1 else names - {"token_type_ids"}


def load_on_torch(folder: Path, **options: Any) -> Any:
    """Load a question-answering checkpoint with transformers, in float32 and ready to read.

    Raises:
        DatelineError: it can't be loaded, or has no weights that mark answers, which transformers would make up.
    """
    import torch
    from safetensors import SafetensorError
    from transformers import AutoModelForQuestionAnswering
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        model, loaded = AutoModelForQuestionAnswering.from_pretrained(
            str(folder), dtype=torch.float32, output_loading_info=True, **options
        )
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        raise DatelineError(
            f"{folder} can't be loaded as a question-answering checkpoint: {first_line(error)}"
        ) from error
    if loaded["missing_keys"]:
        raise DatelineError(
            f"{folder} is no question-answering checkpoint: it has no weights called {min(loaded['missing_keys'])}; "
            "name one that was trained to mark answers, as `dateline train reader` does"
        )
    return model.eval()
