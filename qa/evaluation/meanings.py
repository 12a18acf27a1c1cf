"""What each figure of a report says, for readers who never evaluated anything."""

from __future__ import annotations

from collections.abc import Mapping

WORD_FOR_WORD = "answered as wanted, word for word, but for capitals, punctuation, “a” and “the”"
MEANINGS: Mapping[str, str] = {
    "exact_match": f"of 100 questions, those {WORD_FOR_WORD}; where the articles don't say, withholding is right",
    "f1": "how far the words of the answers are the wanted ones: 100 where all are, 0 where none is",
    "answerable.n": "questions that the articles answer; the next four are over these alone",
    "answerable.exact_match": f"share {WORD_FOR_WORD}",
    "answerable.f1": "how far the words of the answers are the wanted ones: 1 where all are, 0 where none is",
    "answerable.forced_exact_match": "exact match, had the likeliest answer always been shown, however unsure",
    "answerable.forced_f1": "F1 where the articles answer, had the likeliest answer always been shown, however unsure",
    "retrieval.recall@1": "share of the questions with an answer that has it in the first passage found",
    "retrieval.recall@5": "share of them that has it in one of the first 5 passages",
    "retrieval.recall@10": "share of the questions with an answer that has it in one of the first 10 passages found",
    "retrieval.mrr": "mean reciprocal rank: 1 where the first passage has the answer, 1/2 where only the second has",
    "retrieval.precision@1": "share of the first passages that have the answer",
    "retrieval.precision@5": "share of the first 5 passages that have the answer; low where few of all have it",
    "retrieval.precision@10": "the same of the first 10",
    "retrieval.ndcg@1": "the same as recall@1",
    "retrieval.ndcg@5": "how far up the passages with the answer stand among the first 5: 1 is before all others",
    "retrieval.ndcg@10": "the same among the first 10",
    "abstention.auroc": "how well the probability tells what the articles answer from the rest: 1 is best, 0.5 chance",
    "abstention.precision": "of what was withheld, the share that the articles don't answer indeed",
    "abstention.recall": "of what the articles don't answer, the share that was withheld",
    "abstention.f1": "the two before in one: 1 where both are, 0 where one is",
    "abstention.aurc": "area under the curve “How wrong are the surest answers?” above: 0 is best",
    "calibration.ece": "how far the probability is from the share that is right, on average: 0 is best",
    "calibration.brier": "squared gap between probability and truth: 0 is best, 0.25 is “one half” for all",
    "latency_ms.p50": "half of the answers took less than so many thousandths of a second",
    "latency_ms.p95": "95 of 100 answers took less",
    "latency_ms.p99": "99 of 100 answers took less",
}
