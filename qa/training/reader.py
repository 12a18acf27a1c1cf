"""Question files -> a trained reader: the loop, its checkpoints and its record."""

from __future__ import annotations

import logging
import math
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from itertools import chain, count, islice
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from torch import Tensor, nn

from embeddings.encoder import computes_in_bfloat16
from embeddings.errors import DatelineError, first_line
from qa.evaluation.questions import Question
from qa.manifest import MANIFEST_FILE
from qa.reader import ONNX_FILE, input_names, load_tokenizer
from qa.training.batching import TrainingBatch, at_least_one, training_batches
from qa.training.bfloat16 import span_logits
from qa.training.checkpoints import checkpoint_folder
from qa.training.dev import dev_figures
from qa.training.log import LOG_FILE, append_log, plot, rewind_log
from qa.training.loss import reader_loss
from qa.training.recipe import Recipe
from qa.training.teacher import Teacher, distillation_loss, load_teacher, to_device
from qa.training.tokens import read_tokens

logger = logging.getLogger(__name__)

STATE_FILE = "training.pt"
_ASIDE = "checkpoint.new"
LOG_STEPS, LOG_ROWS = 50, 20
"""Steps between two lines of the log, and how many lines there are at least, if there are as many steps."""
SAVE_SECONDS = 300
"""Between two states that are kept."""
MEASURE_EVERY = 0.2
"""The share of the training between two measurements."""

Say = Callable[[str], None]


def train_reader(
    recipe: Recipe,
    data: Path,
    out: Path,
    *,
    base: Path,
    teacher: Path | None = None,
    dev: Sequence[Question] = (),
    device: str = "cpu",
    half: bool = False,
    resume: bool = False,
    say: Say = logger.info,
) -> Path:
    """Train a reader, and keep it in `out` as an fp16 checkpoint that every command takes.

    Beside it stand `training.pt`, from which a run that was stopped goes on as if it had not been; `log.jsonl` with
    the loss and the dev figures; and `curves.png` at the end.

    Args:
        data: folder of the recipe's files, or a file of tokens, for which the recipe's share in what is read was
            decided when it was written (qa.training.tokens).
        base: checkpoint to start from: a question-answering one, or any encoder, whose span head is then new.
        teacher: checkpoint of a larger reader, whose span distributions are learnt besides, also on the passages that
            don't answer.
        dev: questions with contexts to measure on as it learns; none to measure nothing.
        device: "cpu" or "cuda".
        half: compute in bfloat16 where that is safe (qa.training.bfloat16).
        resume: go on from `out`, whatever the base; the recipe must be the same, but `examples` may change.
        say: gets a line of progress now and then.

    Raises:
        DatelineError: data, base or checkpoint can't be read, or `out` can't be written.
    """
    torch.manual_seed(recipe.seed)
    with _tiny_numbers_are_none():  # from the start: threads take after the one that starts them
        run = _Run(recipe, base, out, device=device, half=half, resume=resume, taught=teacher is not None, say=say)
        batches = run.batches(data)
        if teacher is not None:
            run.teacher = load_teacher(teacher, run.tokenizer, device)
        run.train(batches, dev)
    return out


@contextmanager
def _tiny_numbers_are_none() -> Iterator[None]:
    """Take numbers below the normal ones for 0, since a processor computes them slowly; afterwards they count again."""
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(False)


def half_is_fast(device: str) -> bool:
    """Tell whether a device computes faster in bfloat16 than in float32."""
    return device != "cpu" or computes_in_bfloat16()


class _Run:
    def __init__(
        self,
        recipe: Recipe,
        base: Path,
        out: Path,
        *,
        device: str,
        half: bool,
        resume: bool,
        taught: bool,
        say: Say,
    ) -> None:
        self.recipe, self.out, self.device, self.half, self.taught, self.say = recipe, out, device, half, taught, say
        if not resume and (out / STATE_FILE).is_file():
            raise DatelineError(f"{out} holds a training run; go on with it (--resume), or name another folder")
        if not resume and (out / "config.json").is_file():
            raise DatelineError(f"{out} holds a checkpoint, which training would overwrite; name another folder")
        try:
            out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DatelineError(f"{out} can't be made ({error.strerror}); name another folder") from error
        if resume and (out / "config.json").is_file():
            base = out  # whatever it was begun from
        self.tokenizer, self.model = _load(base, device, recipe.dropout)
        self.names = input_names(self.model)
        self.trained = _unfreeze(self.model, recipe)
        self.optimizer = torch.optim.AdamW(
            _decay_groups(self.trained, recipe.weight_decay), lr=recipe.learning_rate, betas=(0.9, 0.98), fused=True
        )
        self.ema = {name: value.detach().clone() for name, value in self.trained.items()}
        self.log_steps = max(1, min(LOG_STEPS, recipe.examples // recipe.batch // LOG_ROWS))
        self.teacher: Teacher | None = None
        self.step = self.seen = 0
        self.seconds = 0.0
        if resume:
            self._restore()
        else:  # of a run that was stopped before its first state
            (out / LOG_FILE).unlink(missing_ok=True)

    def batches(self, data: Path) -> Iterator[TrainingBatch]:
        """Give the batches of one epoch after the other, without an end."""
        recipe = self.recipe
        if data.is_file():
            tokens = read_tokens(data, self.tokenizer.get_vocab())
            self.say(f"{int(tokens.arrays['questions'].sum()):,} questions in {data.name}")
            return chain.from_iterable(map(tokens.epoch, count(recipe.seed)))
        examples = recipe.mix(data)
        self.say(f"{len(examples):,} questions in the mix")
        batching = recipe.batching(self.tokenizer)
        # one epoch at a time, since one without batches would be followed by as empty ones without an end
        return chain.from_iterable(
            at_least_one(training_batches([epoch], batching)) for epoch in recipe.epochs(examples)
        )

    def train(self, batches: Iterator[TrainingBatch], dev: Sequence[Question]) -> None:
        recipe = self.recipe
        self.say(f"{recipe.examples:,} questions to see, {self.seen:,} seen")
        started, saved = time.monotonic() - self.seconds, time.monotonic()
        losses: list[Tensor] = []
        measured = math.floor(self._done() / MEASURE_EVERY)
        for batch in islice(batches, self.step, None):
            if self._done() >= 1:
                break
            losses.append(self._step(batch))
            self.seconds = time.monotonic() - started
            # the end is measured below
            due = bool(dev) and self._done() < 1 and math.floor(self._done() / MEASURE_EVERY) > measured
            saving = due or time.monotonic() - saved > SAVE_SECONDS
            logging_now = self.step % self.log_steps == 0
            if logging_now or saving:
                loss = self._loss(losses)
                if logging_now:
                    self._log_progress(loss)
                    losses.clear()
            if saving:
                self._save()
                saved = time.monotonic()
            if due:
                measured = math.floor(self._done() / MEASURE_EVERY)
                self._measure(dev)
                started = time.monotonic() - self.seconds  # measuring is not training
        if losses:
            self._loss(losses)
        self._save()
        if dev:
            self._measure(dev)
        plot(self.out)

    def _done(self) -> float:
        return max(self.seen / self.recipe.examples, self.seconds / 60 / self.recipe.minutes)

    def _step(self, batch: TrainingBatch) -> Tensor:
        """Learn from a batch; its loss stays on the device, since reading it waits for that."""
        recipe = self.recipe
        torch.manual_seed(recipe.seed + self.step)  # what dropout leaves out; a run that goes on draws the same
        for group in self.optimizer.param_groups:
            group["lr"] = recipe.learning_rate * _schedule(self._done(), recipe.warm_up)
        arrays = batch.windows.inputs(self.names)
        inputs = {name: to_device(array, self.device) for name, array in arrays.items()}
        ours = span_logits(self.model, inputs, half=self.half)
        allowed, group_of, golds = (
            to_device(array, self.device) for array in (batch.windows.allowed, batch.group, batch.golds)
        )
        loss = reader_loss(
            *ours, allowed, group_of, golds, questions=batch.questions, shared_weight=recipe.shared_weight
        )
        if self.teacher is not None:
            theirs = self.teacher.told(batch, self.device, half=self.half)
            loss = loss + recipe.teacher_weight * distillation_loss(
                ours, theirs, allowed, temperature=recipe.temperature
            )
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.trained.values(), recipe.clip)
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.step += 1
        self.seen += batch.questions
        decay = min(recipe.ema, (1 + self.step) / (10 + self.step))  # young weights are forgotten faster
        with torch.no_grad():
            torch._foreach_lerp_(list(self.ema.values()), list(self.trained.values()), 1 - decay)
        return loss.detach()

    def _loss(self, losses: Sequence[Tensor]) -> float:
        loss = float(torch.stack(list(losses)).mean())
        if not math.isfinite(loss):
            raise DatelineError(f"the loss is {loss} at step {self.step}; train with a lower --learning-rate")
        return loss

    def _log_progress(self, loss: float) -> None:
        speed = self.seen / max(self.seconds, 1e-9)
        left = self.seconds / 60 * (1 / self._done() - 1)
        rate = self.optimizer.param_groups[0]["lr"]
        append_log(
            self.out,
            {"step": self.step, "questions": self.seen, "loss": round(loss, 4), "seconds": round(self.seconds)},
        )
        self.say(
            f"step {self.step:,}  {self.seen:,} questions  loss {loss:.3f}  rate {rate:.1e}  {speed:.1f}/s  "
            f"{left:.0f} min left"
        )

    def _measure(self, dev: Sequence[Question]) -> None:
        figures = dev_figures(self.out, dev)
        append_log(self.out, {"step": self.step, "questions": self.seen, "dev": figures})
        self.say(f"dev at {self.seen:,}: " + "  ".join(f"{name} {value}" for name, value in figures.items()))

    def _save(self) -> None:
        """Write the state, then the checkpoint; each file appears whole or not at all."""
        state = {
            "recipe": asdict(self.recipe),
            "taught": self.taught,
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "ema": self.ema,
            "step": self.step,
            "seen": self.seen,
            "seconds": self.seconds,
        }
        aside = self.out / f"{STATE_FILE}.new"
        try:
            torch.save(state, aside)
            aside.replace(self.out / STATE_FILE)
            self._export()
        except (OSError, RuntimeError, SafetensorError) as error:  # torch turns a full disk into a RuntimeError
            aside.unlink(missing_ok=True)
            shutil.rmtree(self.out / _ASIDE, ignore_errors=True)
            free = shutil.disk_usage(self.out).free / 1e6
            raise DatelineError(
                f"the training state can't be written to {self.out}, where {free:.0f} MB are free "
                f"({first_line(error)}); make room, and go on with --resume"
            ) from error

    def _export(self) -> None:
        from safetensors.torch import save_file

        weights = {**self.model.state_dict(), **self.ema}
        half = {name: value.detach().to("cpu", torch.float16).contiguous() for name, value in weights.items()}
        self.model.config.dtype = torch.float16
        self.model.config.architectures = [type(self.model).__name__]
        aside = self.out / _ASIDE
        aside.mkdir(exist_ok=True)
        save_file(half, aside / "model.safetensors", metadata={"format": "pt"})
        self.model.config.save_pretrained(aside)
        self.tokenizer.save_pretrained(aside)
        self._forget_export()
        for file in aside.iterdir():
            file.replace(self.out / file.name)
        aside.rmdir()

    def _forget_export(self) -> None:
        """Remove what `dateline export` made of the weights before, which would be read instead of these."""
        made = [self.out / name for name in (ONNX_FILE, MANIFEST_FILE) if (self.out / name).is_file()]
        for file in made:
            file.unlink()
        if made:
            names = " and ".join(file.name for file in made)
            self.say(f"removed {names}, made of the weights before; make them anew with dateline export {self.out}")

    def _restore(self) -> None:
        file = self.out / STATE_FILE
        try:
            state = torch.load(file, map_location=self.device, weights_only=True)
            recipe = dict(state["recipe"])
        except FileNotFoundError:
            raise DatelineError(f"{self.out} holds no {STATE_FILE} to go on from; leave --resume out") from None
        except Exception as error:  # torch.load raises many kinds for a damaged file
            raise DatelineError(f"{file} can't be read ({first_line(error)}); train anew") from error
        if state.get("taught", self.taught) != self.taught:
            raise DatelineError(
                f"{file} was trained without a teacher; leave --teacher out"
                if self.taught
                else f"{file} was trained with a teacher; name the same with --teacher"
            )
        ours = asdict(self.recipe)
        other = [name for name in ours if name != "examples" and recipe.get(name) != ours[name]]
        if other:
            name = other[0]
            raise DatelineError(
                f"{file} was trained with {name} = {recipe.get(name)}, not {ours[name]}; go on with the same recipe"
            )
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        for name, value in state["ema"].items():
            self.ema[name].copy_(value)
        self.step, self.seen, self.seconds = state["step"], state["seen"], state["seconds"]
        rewind_log(self.out, self.step)


def _load(base: Path, device: str, dropout: float) -> tuple[Any, Any]:
    from transformers import AutoConfig, AutoModelForQuestionAnswering
    from transformers.utils import logging as transformers_logging

    transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    base = checkpoint_folder(base, "base")
    tokenizer = load_tokenizer(base, f"the base {base}")
    try:
        config = AutoConfig.from_pretrained(str(base))
        if dropout and not hasattr(config, "hidden_dropout_prob"):
            raise DatelineError(f"the base {base} has no dropout between its layers; leave --dropout out")
        config.update({"hidden_dropout_prob": dropout, "attention_probs_dropout_prob": 0.0})
        # the backward pass of fused attention is slow on a processor, and not every model has one
        attention = "eager" if device == "cpu" else None
        model = AutoModelForQuestionAnswering.from_pretrained(
            str(base), config=config, dtype=torch.float32, attn_implementation=attention
        )
    except (OSError, ValueError, KeyError) as error:
        raise DatelineError(f"the base {base} can't be loaded as a checkpoint: {first_line(error)}") from error
    try:
        return tokenizer, model.to(device).train(dropout > 0)
    except (RuntimeError, AssertionError) as error:
        raise DatelineError(f"the device {device!r} can't be used: {first_line(error)}") from error


def _unfreeze(model: Any, recipe: Recipe) -> dict[str, nn.Parameter]:
    """Freeze what the recipe says; give the other parameters by name."""
    body = model.base_model
    stacks = (part for part in body.modules() if isinstance(part, nn.ModuleList))  # by whatever name
    layers = max(stacks, key=len, default=nn.ModuleList())
    if not 0 <= recipe.frozen_layers <= len(layers):
        raise DatelineError(f"the base has {len(layers)} layers, so --frozen-layers is 0 to {len(layers)}")
    for module in (*([body.embeddings] if recipe.frozen_embeddings else []), *layers[: recipe.frozen_layers]):
        module.requires_grad_(False)
    return {name: value for name, value in model.named_parameters() if value.requires_grad}


def _decay_groups(trained: Mapping[str, nn.Parameter], weight_decay: float) -> list[dict[str, Any]]:
    """Spare vectors (biases, norms) the weight decay."""
    return [
        {"params": [value for value in trained.values() if value.ndim > 1], "weight_decay": weight_decay},
        {"params": [value for value in trained.values() if value.ndim <= 1], "weight_decay": 0.0},
    ]


def _schedule(done: float, warm_up: float) -> float:
    """Give the share of the highest learning rate at `done`, both 0 to 1."""
    if done < warm_up:
        return done / warm_up
    return max(0.0, (1 - done) / (1 - warm_up))
