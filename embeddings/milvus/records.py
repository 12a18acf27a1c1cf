"""Values of any length on Milvus, whose fields are bounded: cut over several rows, and whole or not there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from embeddings.batching import batches
from embeddings.milvus.client import Client, Row
from embeddings.milvus.schema import PART_BYTES, UNUSED, among, key_of, outdated

_FIELDS = ("owner", "version", "part", "parts", "value")
_OWNERS = 100
"""Owners whose values are asked for at once."""


class Records:
    """Values by kind and owner, in one collection. A value is ASCII, as JSON is."""

    def __init__(self, client: Client, collection: str, kind: str) -> None:
        self._client, self._collection, self._kind = client, collection, kind

    def put(self, values: Mapping[str, str], *, version: str) -> None:
        """Write values by owner; what an owner had in the same version is replaced."""
        self.put_versions({(owner, version): value for owner, value in values.items()})

    def put_versions(self, values: Mapping[tuple[str, str], str]) -> None:
        """Write values by owner and version."""
        rows = [row for (owner, version), value in values.items() for row in self._rows(owner, version, value)]
        self._client.upsert(self._collection, rows)

    def replace(self, values: Mapping[str, str]) -> None:
        """Write values in place of all that their owners had; stopped midway, an owner has the old one, or both."""
        versions = {owner: key_of(value) for owner, value in values.items()}
        self.put_versions({(owner, versions[owner]): value for owner, value in values.items()})
        self.forget(values, versions)

    def get(self, owners: Iterable[str]) -> dict[tuple[str, str], str]:
        """Give the values of owners by owner and version; one that is not there whole is left out."""
        rows: list[Row] = []
        for some in batches(dict.fromkeys(owners), _OWNERS):
            condition = f'kind == "{self._kind}" and {among("owner", some)}'
            rows += self._client.query(self._collection, condition, _FIELDS)
        return _joined(rows)

    def all(self) -> dict[tuple[str, str], str]:
        """Give all values by owner and version."""
        return _joined(self._client.scan(self._collection, f'kind == "{self._kind}"', _FIELDS))

    def drop(self, owners: Iterable[str], *, version: str) -> None:
        """Delete short values by their keys, which no read has to find first."""
        ids = [self._id(owner, version, 0) for owner in owners]
        if ids:
            self._client.delete(self._collection, among("id", ids))

    def forget(self, owners: Iterable[str], but: Mapping[str, str]) -> None:
        """Delete what owners have, but for the version that is named for them."""
        for condition in outdated("owner", owners, but):
            self._client.delete(self._collection, f'kind == "{self._kind}" and ({condition})')

    def _id(self, owner: str, version: str, part: int) -> str:
        return f"{self._kind}.{owner}.{version}.{part}"

    def _rows(self, owner: str, version: str, value: str) -> list[Row]:
        cut = [value[at : at + PART_BYTES] for at in range(0, len(value), PART_BYTES)] or [""]
        return [
            {
                "id": self._id(owner, version, part),
                "kind": self._kind,
                "owner": owner,
                "version": version,
                "part": part,
                "parts": len(cut),
                "value": piece,
                "unused": UNUSED,
            }
            for part, piece in enumerate(cut)
        ]


def _joined(rows: Iterable[Row]) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], dict[int, str]] = {}
    wanted: dict[tuple[str, str], int] = {}
    for row in rows:
        key = (row["owner"], row["version"])
        found.setdefault(key, {})[row["part"]] = row["value"]
        wanted[key] = row["parts"]
    return {
        key: "".join(parts[part] for part in range(wanted[key]))
        for key, parts in found.items()
        if len(parts) == wanted[key]
    }
