"""What may stand before the first word of a question that is asked for, as a part of patterns."""

from __future__ import annotations

OPENING = r"\W*(?:and |but |so )?"
