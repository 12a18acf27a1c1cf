"""Stand between a process and the disk (Linux on x86-64): count what it writes, and let any of it fail or be its last.

ptrace sees every thread and every call, whichever library makes it. See benchmarks/reliability.md.
"""

from __future__ import annotations

import ctypes
import os
import signal
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

TRACEME, POKEUSER, SYSCALL, SETOPTIONS, SYSCALL_INFO = 0, 6, 24, 0x4200, 0x420E
TRACESYSGOOD, TRACECLONE, EXITKILL = 0x1, 0x8, 0x100000
RAX, ORIG_RAX, RDX = 8 * 10, 8 * 15, 8 * 12
SYSCALL_STOP = signal.SIGTRAP | 0x80
WALL = 0x40000000
O_CREAT = 0o100

WRITES = {1: "write", 18: "pwrite64", 20: "writev", 296: "pwritev"}
SYNCS = {74: "fsync", 75: "fdatasync"}
SIZES = {77: "ftruncate", 285: "fallocate"}
# where the path of the name that changes stands among the arguments, and the folder that it is relative to
NAMES = {
    82: ("rename", 1, None),
    264: ("renameat", 3, 2),
    316: ("renameat2", 3, 2),
    86: ("link", 1, None),
    265: ("linkat", 3, 2),
    87: ("unlink", 0, None),
    263: ("unlinkat", 1, 0),
    83: ("mkdir", 0, None),
    258: ("mkdirat", 1, 0),
    84: ("rmdir", 0, None),
}
OPENS = {2: ("open", 0, None, 1), 257: ("openat", 1, 0, 2)}

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
libc.ptrace.restype = ctypes.c_long


class SyscallInfo(ctypes.Structure):
    _fields_ = (
        ("op", ctypes.c_uint8),
        ("_pad", ctypes.c_uint8 * 3),
        ("arch", ctypes.c_uint32),
        ("ip", ctypes.c_uint64),
        ("sp", ctypes.c_uint64),
        ("nr", ctypes.c_int64),  # of an entry; what an exit returns
        ("args", ctypes.c_uint64 * 6),
    )


@dataclass(frozen=True, slots=True)
class Call:
    """A call that changes the disk, or makes a change last."""

    thread: int
    name: str
    path: Path

    @property
    def syncs(self) -> bool:
        return self.name in SYNCS.values()

    @property
    def writes(self) -> bool:
        return self.name in WRITES.values()


@dataclass(slots=True)
class Fault:
    """What becomes of the calls of a process, counted from 1."""

    at: int = 0
    mode: str = "none"  # kill: it is the last; torn: half of it is done, and it is the last; else the errno it gives
    lasting: bool = False  # the calls after it fail, too
    seen: list[Call] = field(default_factory=list)

    def errno_of(self, number: int) -> int:
        struck = number >= self.at if self.lasting else number == self.at
        return int(self.mode) if struck and self.mode.isdigit() else 0


def traced(child: Callable[[], None], under: Path, fault: Fault, synced: Callable[[Call], None]) -> int:
    """Run a function in a process of its own and strike at its calls under a folder; return its wait status.

    Args:
        synced: is called after each fsync that worked, with the process standing still.
    """
    pid = os.fork()
    if pid == 0:
        libc.ptrace(TRACEME, 0, None, None)
        os.kill(os.getpid(), signal.SIGSTOP)
        in_child(child)
    os.waitpid(pid, 0)
    libc.ptrace(SETOPTIONS, pid, None, TRACESYSGOOD | TRACECLONE | EXITKILL)
    _resume(pid)
    pending: dict[int, tuple[Call, int]] = {}
    while True:
        thread, status = os.waitpid(-1, WALL)
        if os.WIFEXITED(status) or os.WIFSIGNALED(status):
            if thread == pid:
                return status
            continue
        sent = 0
        stopped = os.WSTOPSIG(status)
        if stopped == SYSCALL_STOP:
            _at_call(pid, thread, under, fault, synced, pending)
        elif stopped not in (signal.SIGTRAP, signal.SIGSTOP):
            sent = stopped
        _resume(thread, sent)


def in_child(child: Callable[[], None]) -> None:
    """Run a function as all that a forked process does."""
    try:
        child()
    except BaseException:
        traceback.print_exc()
        os._exit(3)
    os._exit(0)


def _resume(thread: int, sent: int = 0) -> None:
    libc.ptrace(SYSCALL, thread, None, sent)


def _at_call(
    pid: int,
    thread: int,
    under: Path,
    fault: Fault,
    synced: Callable[[Call], None],
    pending: dict[int, tuple[Call, int]],
) -> None:
    info = SyscallInfo()
    libc.ptrace(SYSCALL_INFO, thread, ctypes.sizeof(info), ctypes.addressof(info))
    if info.op == 1:
        call = _call(thread, info, under)
        if call is not None:
            fault.seen.append(call)
            pending[thread] = (call, len(fault.seen))
            _strike(pid, thread, info, fault, call)
    elif info.op == 2 and thread in pending:
        call, number = pending.pop(thread)
        if errno := fault.errno_of(number):
            libc.ptrace(POKEUSER, thread, RAX, -errno & 0xFFFFFFFFFFFFFFFF)
        elif number == fault.at and fault.mode == "torn":
            os.kill(pid, signal.SIGKILL)
        elif call.syncs:
            synced(call)


def _strike(pid: int, thread: int, info: SyscallInfo, fault: Fault, call: Call) -> None:
    number = len(fault.seen)
    if number == fault.at and fault.mode == "torn" and call.writes:
        libc.ptrace(POKEUSER, thread, RDX, info.args[2] // 2)
    elif number == fault.at and fault.mode in ("kill", "torn"):
        os.kill(pid, signal.SIGKILL)
    elif fault.errno_of(number):
        libc.ptrace(POKEUSER, thread, ORIG_RAX, 0xFFFFFFFFFFFFFFFF)  # no call at all


def _call(thread: int, info: SyscallInfo, under: Path) -> Call | None:
    number, args = info.nr, info.args
    if number in WRITES or number in SYNCS or number in SIZES:
        name = WRITES.get(number) or SYNCS.get(number) or SIZES[number]
        path = _open_path(thread, args[0])
    elif number in NAMES:
        name, at, relative_to = NAMES[number]
        path = _named_path(thread, args, at, relative_to)
    elif number in OPENS and args[OPENS[number][3]] & O_CREAT:
        name, at, relative_to, _ = OPENS[number]
        path = _named_path(thread, args, at, relative_to)
        if path.exists():  # nothing is made
            return None
    else:
        return None
    return Call(thread, name, path) if path.is_relative_to(under) else None


def _open_path(thread: int, descriptor: int) -> Path:
    with suppress(OSError):
        return Path(os.readlink(f"/proc/{thread}/fd/{descriptor}"))  # noqa: PTH115  # a pipe's is no path
    return Path()


def _named_path(thread: int, args: ctypes.Array[ctypes.c_uint64], at: int, relative_to: int | None) -> Path:
    text = b""
    with suppress(OSError), Path(f"/proc/{thread}/mem").open("rb", buffering=0) as memory:
        memory.seek(args[at])
        text = memory.read(4096).split(b"\0", 1)[0]
    path = Path(os.fsdecode(text))
    if path.is_absolute() or relative_to is None:
        return path
    return _open_path(thread, args[relative_to]) / path
