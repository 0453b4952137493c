"""The files of one policy on the table while they are checked: sources, models, faults."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from config.faults import Fault
from config.models import PolicyFile
from config.source import Place, Source

Kind = TypeVar("Kind", bound=PolicyFile)


@dataclass
class Book:
    """Sources and models by file name; a file that failed to parse has a source but no model."""

    sources: dict[str, Source] = field(default_factory=dict)
    models: dict[str, PolicyFile] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def add(self, source: Source, faults: Sequence[Fault]) -> None:
        self.sources[source.name] = source
        self.faults.extend(faults)

    def blame(self, file: str, place: Place, message: str) -> None:
        self.faults.append(self.sources[file].fault(place, message))

    def folder(self, name: str) -> list[str]:
        """The files of a folder, readable or not."""
        return [file for file in self.sources if file.startswith(f"{name}/")]

    def every(self, kind: type[Kind]) -> dict[str, Kind]:
        """The readable files of one kind, by file name."""
        return {name: model for name, model in self.models.items() if isinstance(model, kind)}

    def only(self, kind: type[Kind]) -> Kind | None:
        """The one file of a kind, or None where it could not be read."""
        return next(iter(self.every(kind).values()), None)

    def need(self, kind: type[Kind]) -> Kind:
        """The one file of a kind in a book without faults."""
        found = self.only(kind)
        assert found is not None, f"no {kind.__name__}"
        return found
