"""What several commands share: exit codes, settings, JSON."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import fields

from qa.settings import Settings, load_settings

OK, FAILED_GATE, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130


def settings_of(arguments: argparse.Namespace) -> Settings:
    """Join the options with the environment and the configuration file."""
    given = {field.name: getattr(arguments, field.name, None) for field in fields(Settings)}
    return load_settings(given, config=arguments.config)


def print_json(value: object, *, indent: int | None = None) -> None:
    """Print JSON, with escapes where the output's encoding does not have all characters."""
    has_all = (sys.stdout.encoding or "utf-8").lower().startswith("utf")
    print(json.dumps(value, ensure_ascii=not has_all, indent=indent))
