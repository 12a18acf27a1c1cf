"""Evaluations in the background: how many there are, how they end, and what they leave behind."""

import gc
import threading
import weakref

import pytest

from qa.service.jobs import Jobs
from qa.service.problems import Refused


def test_what_a_cancelled_evaluation_would_ask_is_not_kept_until_its_turn():
    jobs, ends = Jobs(), threading.Event()

    def long():
        ends.wait(10)
        yield {}

    def waiting():
        yield {}

    jobs.start(long, 1)
    job, kept = jobs.start(waiting, 1), weakref.ref(waiting)
    assert jobs.cancel(job.id).status == "cancelled"
    del waiting
    gc.collect()
    assert kept() is None
    ends.set()
    jobs.close()
    assert jobs.get(job.id).status == "cancelled"


@pytest.mark.parametrize(("last", "status"), [(None, "cancelled"), ({"f1": 0.5}, "done")])
def test_an_evaluation_that_is_cancelled_ends_with_its_step_but_its_figures_are_kept(last, status):
    jobs, begun, ends = Jobs(), threading.Event(), threading.Event()

    def work():
        begun.set()
        ends.wait(10)
        yield last

    job = jobs.start(work, 1)
    assert begun.wait(10)
    assert jobs.cancel(job.id).status == "running"
    ends.set()
    jobs.close()
    assert (jobs.get(job.id).status, jobs.get(job.id).figures) == (status, last)


def test_so_many_wait_and_the_last_are_remembered(monkeypatch):
    monkeypatch.setattr("qa.service.jobs.WAITING", 3)
    monkeypatch.setattr("qa.service.jobs.REMEMBERED", 3)
    jobs, ends = Jobs(), threading.Event()

    def work():
        ends.wait(10)
        yield {}

    def broken():
        raise ArithmeticError("no numbers today")

    first, failed, third = (jobs.start(one, 1).id for one in (work, broken, work))
    with pytest.raises(Refused, match="3 evaluations are waiting already"):
        jobs.start(work, 1)
    ends.set()
    jobs._thread.submit(ends.set).result(10)  # behind what was taken on
    assert [jobs.get(one).status for one in (first, failed, third)] == ["done", "failed", "done"]
    assert jobs.get(failed).error == "it failed inside; the server's log has the reason"
    jobs.start(work, 1)
    assert jobs.get(failed).status == "failed"
    with pytest.raises(Refused, match=r"no evaluation has the id .* the last 3 are remembered"):
        jobs.get(first)
    jobs.close()
