"""The OpenAPI document as a page to read: plain HTML, nothing loaded from elsewhere."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

Document = Mapping[str, Any]
HEAD = """<!doctype html><html lang="zh"><meta charset="utf-8"><title>{title}</title>
<style>body{{font:16px/1.6 sans-serif;max-width:52em;margin:2em auto;padding:0 1em}}
table{{border-collapse:collapse}}td,th{{border:1px solid #ccc;padding:.2em .6em;text-align:left}}
pre,code{{background:#f4f4f4}}pre{{white-space:pre-wrap;padding:.6em}}</style>"""


def page(document: Document) -> str:
    title = escape(document["info"]["title"])
    return HEAD.format(title=title) + f"<h1>{title}</h1>" + "".join(_body(document))


def _body(document: Document) -> Iterator[str]:
    yield '<p>给程序读的：<a href="openapi.json">openapi.json</a></p>'
    for path, verbs in document["paths"].items():
        for verb, route in verbs.items():
            yield f"<h2><code>{verb.upper()} {escape(path)}</code> {escape(route['summary'])}</h2>"
            yield f"<pre>{escape(route['description'])}</pre>"
            yield from _clue(route["requestBody"]["content"]["application/json"]["schema"])
            yield from _answers(route["responses"])
    for name, schema in document["components"]["schemas"].items():
        yield f"<h3>{escape(name)}</h3>" + _fields(schema)


def _clue(schema: Document) -> Iterator[str]:
    yield '<h3>每条线索</h3><pre>{"clues": [{"signal_id": …, …}, …]}</pre>'
    yield _fields(schema["properties"]["clues"]["items"])


def _fields(schema: Document) -> str:
    required = schema.get("required", ())
    rows = (
        f"<tr><td><code>{escape(name)}</code><td>{escape(one.get('description', ''))}"
        f"<td>{'必填' if name in required else ''}"
        for name, one in schema["properties"].items()
    )
    return f"<table>{''.join(rows)}</table>"


def _answers(responses: Document) -> Iterator[str]:
    rows = (
        f"<tr><td>{escape(code)}<td>{escape(answer['description'])}" for code, answer in responses.items()
    )
    yield f"<h3>回答</h3><table>{''.join(rows)}</table>"
