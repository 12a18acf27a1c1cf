"""How a reader is trained, and what its questions become on the way to it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from embeddings.errors import DatelineError
from qa.training.batching import Batching
from qa.training.data import Example, Item, items, mix


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a reader is trained.

    Attributes:
        sources: training file -> the share of it that is taken, 0 to 1.
        examples: questions to see, over as many epochs as that takes.
        minutes: the time that training may take, if that is shorter; the learning rate then falls with the clock, so
            that two runs are not the same.
        batch: questions of one step.
        max_tokens: longest window.
        learning_rate: the highest; it rises over the first `warm_up` of the examples and falls linearly to 0.
        negatives: the chance that an answerable question also gets a passage that does not answer it.
        unanswerable: times that a question without an answer is read in an epoch.
        titles: the chance that passages are read behind their article's title.
        dropout: the chance that a value between layers is left out; those of attention never are.
        shared_weight: of the loss term in which the passages of one question compete.
        frozen_layers: lowest layers that stay as they are.
        frozen_embeddings: whether the embeddings stay as they are too.
        ema: decay of the running mean of the weights, which is what is kept (Polyak and Juditsky 1992).
        clip: largest norm of the gradient.
        teacher_weight: of the distillation term, against 1 for the answers that are given; only with a teacher.
        temperature: that softens both distributions of the distillation term.
    """

    sources: Mapping[str, float] = field(
        default_factory=lambda: {"squad-train.json.gz": 1.0, "nq-train.json.gz": 1.0, "tweetqa-train.json.gz": 0.5}
    )
    examples: int = 300_000
    minutes: float = math.inf
    batch: int = 32
    max_tokens: int = 224
    learning_rate: float = 1e-4
    warm_up: float = 0.03
    weight_decay: float = 0.01
    negatives: float = 0.5
    unanswerable: int = 1
    titles: float = 0.5
    dropout: float = 0.0
    shared_weight: float = 0.5
    frozen_layers: int = 0
    frozen_embeddings: bool = True
    ema: float = 0.999
    clip: float = 1.0
    teacher_weight: float = 1.0
    temperature: float = 2.0
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("negatives", "titles", "dropout", "warm_up", "ema"):
            value = getattr(self, name)
            if not 0 <= value <= 1:  # not nan either
                raise DatelineError(f"{name.replace('_', '-')} is a share, so it must be 0 to 1, got {value}")
        if not 0 <= self.teacher_weight < math.inf:
            raise DatelineError(f"teacher-weight must be 0 or more, got {self.teacher_weight}")
        for name in ("examples", "batch", "learning_rate", "unanswerable", "minutes"):
            value = getattr(self, name)
            if not (0 < value < math.inf or (name == "minutes" and value == math.inf)):
                raise DatelineError(f"{name.replace('_', '-')} must be over 0, got {value}")

    def mix(self, data: Path) -> list[Example]:
        """Load the questions of a folder.

        Raises:
            DatelineError: a file is missing or can't be read, or they hold none.
        """
        examples = mix(self.sources, data, seed=self.seed, unanswerable=self.unanswerable)
        if not examples:
            raise DatelineError("the training files hold no questions; name others (--source FILE=SHARE)")
        return examples

    def epochs(self, examples: Sequence[Example]) -> Iterator[tuple[Iterator[Item], int]]:
        """Yield the items and the seed of one epoch after the other, without an end."""
        for epoch in count():
            drawn = items(examples, negatives=self.negatives, titles=self.titles, seed=self.seed, epoch=epoch)
            yield drawn, self.seed + epoch

    def batching(self, tokenizer: Any) -> Batching:
        """Say how a checkpoint's tokenizer makes batches."""
        return Batching(tokenizer.backend_tokenizer, self.batch, self.max_tokens, tokenizer.pad_token_id or 0)
