"""Reading CSV: the encoding is found, never guessed — UTF-8 with or without BOM, else GB18030."""

import csv
import io
from codecs import BOM_UTF8
from collections.abc import Iterator

from workflows.imports.report import FileRefused


def decoded(name: str, content: bytes) -> str:
    """The text of a file; raises `FileRefused` when it is in neither encoding."""
    if content.startswith(BOM_UTF8):
        return _strictly(name, content.removeprefix(BOM_UTF8), "utf-8")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _strictly(name, content, "gb18030")


def _strictly(name: str, content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise FileRefused(f"{name} 的文字读不出来，请在表格软件里另存为“CSV UTF-8”或 xlsx 再导入") from error


def csv_rows(name: str, content: bytes) -> Iterator[list[str]]:
    """The records of a CSV file; a quote that never closes refuses the file."""
    text = decoded(name, content)
    if "\0" in text:
        raise FileRefused(f"{name} 不是 CSV 文件，请在表格软件里另存为“CSV UTF-8”或 xlsx 再导入")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        yield from reader
    except csv.Error as error:
        raise FileRefused(f"{name} 第{reader.line_num}行的引号没有成对，请改好再导入") from error
