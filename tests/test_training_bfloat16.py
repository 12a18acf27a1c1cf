"""States of one format throughout: the logits and gradients are those of the model as published."""

import pytest
import torch

from qa.reader import SHIPPED_READER
from qa.training import bfloat16

pytestmark = pytest.mark.usefixtures("one_thread")


def shipped():
    from transformers import AutoModelForQuestionAnswering

    return AutoModelForQuestionAnswering.from_pretrained(str(SHIPPED_READER), dtype=torch.float32).eval()


def small_mpnet():
    from transformers import MPNetConfig, MPNetForQuestionAnswering

    torch.manual_seed(0)
    sizes = {"hidden_size": 96, "intermediate_size": 192, "num_hidden_layers": 3, "num_attention_heads": 6}
    model = MPNetForQuestionAnswering(MPNetConfig(vocab_size=20_000, initializer_range=0.2, **sizes)).eval()
    model.mpnet.encoder.relative_attention_bias.requires_grad_(False)
    return model


@pytest.mark.parametrize("make", [shipped, small_mpnet])
@pytest.mark.parametrize("embeddings_learn", [False, True])
@pytest.mark.parametrize("fused", [False, True])
def test_states_in_one_format_give_the_logits_and_gradients_of_the_checkpoint(make, embeddings_learn, fused):
    model = make()
    model.base_model.embeddings.requires_grad_(embeddings_learn)
    assert bfloat16.takes(model)
    ids = torch.randint(1000, 20_000, (3, 41), generator=torch.Generator().manual_seed(0))
    inputs = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
    if make is shipped:
        inputs["token_type_ids"] = (ids > 9_000).long()
    inputs["attention_mask"][1, 25:] = 0
    output = model(**inputs)
    theirs, gradient = gathered(model, output.start_logits, output.end_logits, inputs)
    for dtype, apart, least in ((torch.float32, 1e-3, 0.99999), (torch.bfloat16, 0.5, 0.97)):
        ours, other = gathered(model, *bfloat16.logits(model, inputs, dtype, fused=fused), inputs)
        assert (ours - theirs).abs().max() < apart, dtype
        assert torch.cosine_similarity(gradient.double(), other.double(), 0) > least, dtype


def gathered(model, start, end, inputs):
    """Give the logits of what is no padding, and the gradient of a loss of them."""
    model.zero_grad()
    (start.logsumexp(1).sum() + end.logsumexp(1).sum() - start[:, 20].sum() - end[:, 22].sum()).backward()
    shown = inputs["attention_mask"].bool()
    gradients = [value.grad.flatten() for value in model.parameters() if value.grad is not None]
    return torch.cat([start[shown], end[shown]]).detach(), torch.cat(gradients)
