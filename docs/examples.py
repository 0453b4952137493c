"""Tries every example of docs/policy-handbook.md: the change is made, and the policy must still hold.

An example is a `diff` block under a heading that names the file, such as `### quiet.yaml`.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

DOCS = Path(__file__).resolve().parent
SHIPPED = DOCS.parent / "config" / "policy"
HANDBOOK = DOCS / "policy-handbook.md"
_HEADING = re.compile(r"^#+ .*?`([a-z0-9_/]+\.yaml)`")


def examples(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    """The file of each example and its changed lines."""
    file = ""
    block: list[str] | None = None
    for line in lines:
        if found := _HEADING.match(line):
            file = found[1]
        elif line == "```diff":
            block = []
        elif line == "```" and block is not None:
            yield file, block
            block = None
        elif block is not None:
            block.append(line)


def changed(text: str, block: list[str]) -> str:
    """The file with the lines marked `-` replaced by those marked `+`; context lines find the place."""
    before = "\n".join(line[1:] for line in block if not line.startswith("+")) + "\n"
    after = "\n".join(line[1:] for line in block if not line.startswith("-")) + "\n"
    if text.count(before) != 1:
        raise SystemExit(f"不是恰好一处：\n{before}")
    return text.replace(before, after)


def checked(file: str, block: list[str]) -> bool:
    layers = (SHIPPED / "hebei" / file, SHIPPED / "base" / file)
    source = next(path for path in layers if path.exists())
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, file)
        target.parent.mkdir(exist_ok=True)
        target.write_text(changed(source.read_text(encoding="utf-8"), block), encoding="utf-8")
        command = [str(Path(sys.executable).with_name("jintang")), "policy", "check", folder]
        environment = {**os.environ, "JINTANG_POLICY": "hebei"}
        done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True)
    print(("✓" if done.returncode == 0 else "✗"), file, "" if done.returncode == 0 else done.stdout)
    return done.returncode == 0


def main() -> None:
    found = list(examples(HANDBOOK.read_text(encoding="utf-8").splitlines()))
    results = [checked(file, block) for file, block in found]
    raise SystemExit(0 if results and all(results) else 1)


if __name__ == "__main__":
    main()
