"""Letters, as parts of patterns."""

from __future__ import annotations

CAPITAL = "[A-ZÀ-ÞĀ-Ț]"
"""A capital of a Latin alphabet; the small letters between Ł and Ž, which are among them, begin no English word."""
