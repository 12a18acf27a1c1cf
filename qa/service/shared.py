"""What all requests of programs share: the libraries, the queues, the evaluations, the figures."""

from __future__ import annotations

import math
from functools import partial

from embeddings.errors import DatelineError, InvalidInput
from qa.libraries.workspace import Libraries, Workspace
from qa.service.jobs import Jobs
from qa.service.limits import Gate
from qa.service.observing import Metrics
from qa.service.problems import Refused
from qa.wire import Health

ASKING, ASKING_WAIT, ASKING_SECONDS = 1, 32, 30.0
"""Questions read at a time (the reader uses all cores by itself), those that wait, and how long they do at most."""
CHANGING, CHANGING_WAIT, CHANGING_SECONDS = 1, 8, 60.0


class Service:
    """What all requests share."""

    def __init__(self, libraries: Libraries, metrics: Metrics) -> None:
        self.libraries, self.metrics, self.jobs = libraries, metrics, Jobs()
        self.asking = Gate(ASKING, ASKING_WAIT, patience=ASKING_SECONDS)
        self.changing = Gate(CHANGING, CHANGING_WAIT, patience=CHANGING_SECONDS)
        self.ready = self.stopping = False
        for name, gate in (("asking", self.asking), ("changing", self.changing)):
            metrics.gauge(
                f"dateline_{name}_waiting", f"Requests that wait for {name}", partial(getattr, gate, "waiting")
            )
            metrics.gauge(f"dateline_{name}_working", f"Requests at work {name}", partial(getattr, gate, "working"))
        metrics.gauge("dateline_articles", "Articles of the libraries that are open", lambda: self._total("articles"))
        metrics.gauge("dateline_passages", "Passages of the libraries that are open", lambda: self._total("passages"))

    def open(self, name: str | None) -> Workspace:
        """Give a library by its name, None for the first."""
        try:
            return self.libraries.open(self.libraries.first if name is None else name)
        except InvalidInput as error:
            raise Refused(404, str(error)) from error

    def health(self) -> Health:
        """Say whether questions to the first library are answered now."""
        if self.stopping:
            return Health(status="stopping")
        if not self.ready:
            return Health(status="starting")
        first = [each.store for each in self.libraries.opened if each.name == self.libraries.first]
        gone = not all(store.is_in_place for store in first)
        return Health(status="library gone" if gone else "ok")

    def leave(self) -> None:
        """Say that no more should be sent here, and answer what comes all the same."""
        self.stopping = True

    def stop(self) -> None:
        """Take nothing more on: what waits is told to go elsewhere, and what is at work goes on."""
        self.stopping = True
        for gate in (self.asking, self.changing):
            gate.close()

    def close(self) -> None:
        """Stop what runs in the background and close the libraries."""
        self.jobs.close()
        self.libraries.close()

    def _total(self, what: str) -> float:
        """Count over all that are open; nan where one can't be counted, and the other figures are told all the same."""
        try:
            return float(sum(getattr(workspace.store.stats(), what) for workspace in self.libraries.opened))
        except DatelineError:
            return math.nan
