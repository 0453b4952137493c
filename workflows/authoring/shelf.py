"""The county's own forms on disk: what is live, the draft beside it, and what was live before.

A draft is a file with a name that the policy passes over (`_a1.yaml`); publishing gives it the name of the
live one and keeps the former as `_a1.v3.yaml`. Sheets begun before stay with the form they began with: each
is kept with the digest of its policy.
"""

from dataclasses import dataclass
from pathlib import Path

import yaml

from config.faults import PolicyError
from config.loader import load_policy, load_with_form
from config.models import Form, Policy
from config.source import Source, read

HEADER = "# {title}：由 jintang forms import 从 {file} 写成；要改请改表格再导入\n"


class NoDraft(LookupError):
    """There is no draft of this form."""


class NotNewer(ValueError):
    """The draft has not a higher version than the live form; `live` is what that has."""

    def __init__(self, live: int) -> None:
        super().__init__(live)
        self.live = live


@dataclass(frozen=True, slots=True)
class Shelf:
    """The forms of a county's policy folder."""

    policy: str
    folder: Path

    def live(self) -> Policy:
        return load_policy(self.policy, self.folder)

    def checked(self, form: Source) -> Policy:
        """The policy as it would be with this form; raises `PolicyError`."""
        return load_with_form(self.policy, self.folder, form)

    def keep(self, form: Form, file: str) -> Path:
        """Writes the draft, in place of an earlier one."""
        said = form.model_dump(mode="json", exclude_defaults=True)
        text = yaml.safe_dump(said, allow_unicode=True, sort_keys=False, width=110)
        path = self._draft(form.name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(HEADER.format(title=form.title, file=file) + text, encoding="utf-8")
        return path

    def drafts(self) -> list[str]:
        """The names of the forms that have a draft."""
        found = (path.stem.removeprefix("_") for path in self._forms.glob("_*.yaml"))
        return sorted(name for name in found if "." not in name)

    def with_draft(self, name: str) -> Policy:
        """The policy as the draft would make it; raises `NoDraft` or `PolicyError`."""
        path = self._draft(name)
        if not path.exists():
            raise NoDraft(name)
        source, faults = read(path, f"forms/{name}.yaml", f"forms/{path.name}")
        if faults:
            raise PolicyError(faults)
        return self.checked(source)

    def publish(self, name: str) -> Path | None:
        """Makes the draft live; where the county had one of its own, the place where that is kept."""
        live, draft = self.live().forms[name], self.with_draft(name).forms[name]
        if draft.version <= live.version:
            raise NotNewer(live.version)
        path, former = self._forms / f"{name}.yaml", None
        if path.exists():
            former = path.rename(self._forms / f"_{name}.v{live.version}.yaml")
        self._draft(name).rename(path)
        return former

    def undo(self, name: str) -> Path | None:
        """Brings back what was live before the last publishing; the live one becomes the draft.

        None where that is the shipped form. Raises `NoDraft` where the county never published one.
        """
        path = self._forms / f"{name}.yaml"
        if not path.exists():
            raise NoDraft(name)
        path.rename(self._draft(name))
        former = max(self._forms.glob(f"_{name}.v*.yaml"), key=_version, default=None)
        return former.rename(path) if former else None

    def discard(self, name: str) -> None:
        """Takes the draft away; raises `NoDraft`."""
        try:
            self._draft(name).unlink()
        except FileNotFoundError as error:
            raise NoDraft(name) from error

    @property
    def _forms(self) -> Path:
        return self.folder / "forms"

    def _draft(self, name: str) -> Path:
        return self._forms / f"_{name}.yaml"


def _version(path: Path) -> int:
    """3 of _a1.v3.yaml."""
    return int(path.stem.rpartition(".v")[2])
