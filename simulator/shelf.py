"""Files that travelled through the emulator, found by file_id; the oldest make room for new ones."""

from __future__ import annotations

import itertools
from collections import OrderedDict
from dataclasses import dataclass

from simulator.errors import Json, bad_request

KEPT_BYTES = 64 * 1024 * 1024
LARGEST = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class StoredFile:
    id: str
    unique_id: str
    path: str
    name: str
    mime: str
    data: bytes

    def as_api(self) -> Json:
        return {"file_id": self.id, "file_unique_id": self.unique_id, "file_size": len(self.data)}


class Shelf:
    def __init__(self) -> None:
        self._files: OrderedDict[str, StoredFile] = OrderedDict()
        self._numbers = itertools.count(1)
        self._bytes = 0

    def store(self, folder: str, name: str, mime: str, data: bytes) -> StoredFile:
        if not data:
            raise bad_request("file must be non-empty")
        number = next(self._numbers)
        ending = name.rpartition(".")[2] or "bin"
        path = f"{folder}/file_{number}.{ending}"
        file = StoredFile(f"sim-file-{number:08d}", f"sim{number:08d}", path, name, mime, data)
        self._files[file.id] = file
        self._bytes += len(data)
        while self._bytes > KEPT_BYTES and len(self._files) > 1:
            self._bytes -= len(self._files.popitem(last=False)[1].data)
        return file

    def get(self, file_id: str) -> StoredFile:
        file = self._files.get(file_id)
        if file is None:
            raise bad_request("wrong file_id or the file is temporarily unavailable")
        return file

    def at(self, path: str) -> StoredFile | None:
        return next((file for file in self._files.values() if file.path == path), None)

    def describe(self, file_id: str) -> Json:
        """The answer to getFile."""
        file = self.get(file_id)
        if len(file.data) > LARGEST:
            raise bad_request("file is too big")
        return {**file.as_api(), "file_path": file.path}

    def as_photo(self, file: StoredFile) -> list[Json]:
        return [{**file.as_api(), "width": 1280, "height": 960}]

    def as_document(self, file: StoredFile) -> Json:
        return {"file_name": file.name, "mime_type": file.mime, **file.as_api()}
