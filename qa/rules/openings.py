"""What may stand before the first word of a question that is asked for, as a part of patterns."""

from __future__ import annotations

import re

OPENING = r"\W*(?:and |but |so )?"
WHO = re.compile(rf"(?:.*:\s+)?{OPENING}(?:\w+\s+)?who(?:m|se)?\b", re.IGNORECASE)
"""Asks for somebody: "Who ...?", "And by whom?", or a follow-up behind names, "Ana Reyes: And who?"."""
