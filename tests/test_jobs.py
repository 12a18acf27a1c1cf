"""Evaluations in the background: what they leave behind."""

import gc
import threading
import weakref

from qa.service.jobs import Jobs


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
