"""What a measurement was made on, which each benchmark of speed prints; and the memory of a process."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("numpy", "onnxruntime", "torch", "faiss-cpu", "tantivy", "sentence-transformers", "transformers")


def described() -> str:
    """Say what processor, memory, Python, packages and commit this is."""
    processor = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.processor(),
    )
    flags = {word for line in _lines("/proc/cpuinfo") if line.startswith("flags") for word in line.split()}
    fast = [flag for flag in ("avx2", "avx512_vnni", "avx512_bf16", "amx_int8") if flag in flags]
    memory = next((int(line.split()[1]) / 1e6 for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0.0)
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=False,
    )
    versions = ", ".join(f"{name} {found}" for name in PACKAGES if (found := _version(name)))
    return (
        f"{processor}, {os.cpu_count()} cores ({', '.join(fast)}), {memory:.0f} GB; "
        f"Python {platform.python_version()}; {versions}; Dateline at {commit.stdout.strip() or 'an unknown commit'}"
    )


def held_mb(name: str, pid: int | str = "self") -> float:
    """Give what a process holds in memory, in MB, as Linux counts it under a name like "VmRSS"."""
    [line] = [line for line in _lines(f"/proc/{pid}/status") if line.startswith(f"{name}:")]
    return int(line.split()[1]) / 1e3


def _lines(file: str) -> list[str]:
    try:
        return Path(file).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
