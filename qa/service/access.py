"""Who may come in: a password for people and tokens for programs, kept as argon2id hashes in one file."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from embeddings.errors import DatelineError, InvalidInput
from embeddings.utf8 import is_utf8
from qa.atomic import write_atomically

LEAST_PASSWORD, MOST_PASSWORD = 12, 1024
"""Characters."""
SESSION_SECONDS = 7 * 86_400
REMEMBERED = 256
"""Tokens that were verified and need no second hashing."""
_HASHER = PasswordHasher()  # argon2id with the library's parameters (RFC 9106, low memory)
_NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")


@dataclass(frozen=True, slots=True)
class Access:
    """Hashes of the password and of the tokens, and the key that signs sessions.

    Attributes:
        password: argon2id hash; "" where nobody may come in by password.
        tokens: name -> argon2id hash.
        key: signs sessions, hexadecimal; a new one ends them all.
    """

    password: str = ""
    tokens: Mapping[str, str] = field(default_factory=dict)
    key: str = field(default_factory=lambda: secrets.token_hex(32))

    @classmethod
    def load(cls, file: Path) -> Access | None:
        """Read the file; None where there is none.

        Raises:
            DatelineError: it can't be read, or is not one of ours; nobody is let in by a file that is damaged.
        """
        try:
            found = json.loads(file.read_text(encoding="utf-8"))
            access = cls(str(found["password"]), {str(k): str(v) for k, v in found["tokens"].items()}, found["key"])
            if not re.fullmatch("[0-9a-f]{64}", access.key):
                raise ValueError("its key is damaged")
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise DatelineError(
                f"the access file {file} can't be read ({type(error).__name__}); remove it and make a new one: "
                "dateline access password"
            ) from error
        return access

    def save(self, file: Path) -> None:
        """Write the file whole, readable by its owner alone.

        Raises:
            DatelineError: it can't be written.
        """
        content = json.dumps({"password": self.password, "tokens": dict(self.tokens), "key": self.key}, indent=1)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(file, content, mode=0o600)
        except OSError as error:
            raise DatelineError(f"the access file {file} can't be written ({error.strerror})") from error

    def with_password(self, password: str) -> Access:
        """Set the password; sessions that were opened by the one before end.

        Raises:
            InvalidInput: it is too short or too long.
        """
        if not LEAST_PASSWORD <= len(password) <= MOST_PASSWORD:
            other = "longer one, such as four words" if len(password) < LEAST_PASSWORD else "shorter one"
            bounds = f"{LEAST_PASSWORD} to {MOST_PASSWORD:,} characters"
            raise InvalidInput(f"a password has {bounds}, got {len(password):,}; take a {other}")
        if not is_utf8(password):
            raise InvalidInput("the password is not UTF-8; type it in a terminal that writes UTF-8")
        return replace(self, password=_HASHER.hash(password), key=secrets.token_hex(32))

    def with_token(self, name: str) -> tuple[Access, str]:
        """Make a token for a program; gives it, too: it is shown only once.

        Raises:
            InvalidInput: the name is taken, or is none that a token can have.
        """
        if not _NAME.fullmatch(name):
            raise InvalidInput(f"a token's name has 1 to 40 letters, digits, - and _, got {name[:60]!r}")
        if name in self.tokens:
            raise InvalidInput(f"there is a token called {name} already; remove it first, or choose another name")
        token = f"{name}.{secrets.token_urlsafe(32)}"
        return replace(self, tokens={**self.tokens, name: _HASHER.hash(token)}), token

    def without_token(self, name: str) -> Access:
        """Take a token back.

        Raises:
            InvalidInput: there is none of that name.
        """
        if name not in self.tokens:
            raise InvalidInput(f"no token is called {name[:60]!r}; there are: {', '.join(self.tokens) or 'none'}")
        return replace(self, tokens={known: kept for known, kept in self.tokens.items() if known != name})


class Doorkeeper:
    """Checks passwords, tokens and sessions. Hashing takes some 50 ms and 64 MiB, so it is done one at a time."""

    def __init__(self, access: Access, *, clock: Callable[[], float] = time.time) -> None:
        self._access, self._clock = access, clock
        self._hashing = threading.Lock()
        self._verified: set[bytes] = set()

    def password_is(self, password: str) -> bool:
        """Say whether this is the password; takes as long whether there is one or not."""
        return self._fits(self._access.password or _nobody(), password[: MOST_PASSWORD + 1])

    def is_verified(self, token: str) -> bool:
        """Say whether a token was verified before, which costs no hashing."""
        return _digest(token) in self._verified

    def token_is_ours(self, token: str) -> bool:
        """Say whether a token was made here, and not taken back."""
        if self.is_verified(token):
            return True
        hashed = self._access.tokens.get(token.partition(".")[0]) or _nobody()
        fits = self._fits(hashed, token[:MOST_PASSWORD])
        if fits and len(self._verified) < REMEMBERED:
            self._verified.add(_digest(token))
        return fits

    def open_session(self) -> str:
        """Give what a browser shows to stay in, for SESSION_SECONDS."""
        until = f"{int(self._clock()) + SESSION_SECONDS}.{secrets.token_urlsafe(9)}"
        return f"{until}.{self._signature(until)}"

    def session_holds(self, session: str) -> bool:
        """Say whether a session was opened here and has not run out."""
        until, _, signature = session.rpartition(".")
        if not hmac.compare_digest(signature.encode(), self._signature(until).encode()):
            return False
        return int(until.partition(".")[0]) > self._clock()

    def _signature(self, text: str) -> str:
        return hmac.new(bytes.fromhex(self._access.key), text.encode(), hashlib.sha256).hexdigest()

    def _fits(self, hashed: str, given: str) -> bool:
        try:
            with self._hashing:
                return _HASHER.verify(hashed, given)  # compares in constant time
        except (Argon2Error, InvalidHashError):
            return False


def _digest(token: str) -> bytes:
    """Hash a token to look it up by: the time that takes says nothing about how near a guess was."""
    return hashlib.sha256(token.encode()).digest()


@cache
def _nobody() -> str:
    """Give a hash that nothing fits, verified where there is none: an unknown name is not refused any sooner."""
    return _HASHER.hash(secrets.token_urlsafe())
