"""What may stand before the first word of a question that is asked for, as a part of patterns."""

from __future__ import annotations

import re

OPENING = r"\W*(?:and |but |so )?"
WHO = re.compile(OPENING + r"who(?:m|se)?\b", re.IGNORECASE)
"""Asks for somebody."""
