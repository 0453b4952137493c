"""Telegram's HTML: what becomes of tags, references and faults, as tables."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.errors import ApiError
from simulator.html import parse_html
from simulator.text import find_entities, trim, units, with_found

ENTITIES = [
    ("<b>甲</b>乙", "甲乙", [("bold", 0, 1)]),
    ("<strong>a</strong><em>b</em>", "ab", [("bold", 0, 1), ("italic", 1, 1)]),
    ("😀<u>x</u>", "😀x", [("underline", 2, 1)]),
    ("<s>a</s><strike>b</strike><del>c</del>", "abc", [("strikethrough", n, 1) for n in range(3)]),
    ("<b>a<i>b</i></b>", "ab", [("bold", 0, 2), ("italic", 1, 1)]),
    ("<tg-spoiler>x</tg-spoiler>", "x", [("spoiler", 0, 1)]),
    ('<span class="tg-spoiler">x</span>', "x", [("spoiler", 0, 1)]),
    ("<blockquote>x</blockquote>", "x", [("blockquote", 0, 1)]),
    ("<blockquote expandable>x</blockquote>", "x", [("expandable_blockquote", 0, 1)]),
    ("<code>x</code>", "x", [("code", 0, 1)]),
    ("<pre>x</pre>", "x", [("pre", 0, 1)]),
    ("<b></b>x", "x", []),
    ("<B>x</b>", "x", [("bold", 0, 1)]),
    ("<b>x</>", "x", [("bold", 0, 1)]),
    ("a &lt;b&gt; &amp; &quot;c&quot; &#65;&#x4e2d;", 'a <b> & "c" A中', []),
    ("a & b &nbsp; c", "a & b &nbsp; c", []),
    ("a > b", "a > b", []),
    ("<a href='nowhere'>x</a>", "x", []),
]


@pytest.mark.parametrize(("source", "text", "entities"), ENTITIES)
def test_tags_become_entities(source: str, text: str, entities: list[tuple[str, int, int]]) -> None:
    found_text, found = parse_html(source)
    assert found_text == text
    assert [(entity["type"], entity["offset"], entity["length"]) for entity in found] == entities


def test_links_mentions_and_languages_keep_their_argument() -> None:
    assert parse_html('<a href="https://e.cn/?a=1&amp;b">x</a>')[1][0]["url"] == "https://e.cn/?a=1&b"
    assert parse_html("<a>https://e.cn</a>")[1][0]["url"] == "https://e.cn"
    assert parse_html('<a href="tg://user?id=7">x</a>')[1][0]["user"] == {"id": 7}
    assert parse_html('<tg-emoji emoji-id="5">x</tg-emoji>')[1][0]["custom_emoji_id"] == "5"
    _, entities = parse_html('<pre><code class="language-sql">x</code></pre>')
    assert entities == [{"type": "pre", "offset": 0, "length": 1, "language": "sql"}]


FAULTS = [
    ("中<x>y</x>", 'Unsupported start tag "x" at byte offset 3'),
    ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
    ("x</b>", "Unexpected end tag at byte offset 1"),
    ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
    ("a < b", 'Unsupported start tag "" at byte offset 2'),
    ("a <b", "Unclosed start tag at byte offset 2"),
    ("<b>x</b", "Unclosed end tag at byte offset 4"),
    ('<a href="x', 'Unclosed start tag "a" at byte offset 0'),
    ("<a href=x_y>z</a>", "Unexpected end of name token at byte offset 8"),
    ('<a ="x">z</a>', 'Empty attribute name in the tag "a" at byte offset 0'),
    ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
]


@pytest.mark.parametrize(("source", "reason"), FAULTS)
def test_faults_have_telegrams_words(source: str, reason: str) -> None:
    with pytest.raises(ApiError) as refusal:
        parse_html(source)
    assert refusal.value.description == f"Bad Request: can't parse entities: {reason}"
    assert refusal.value.code == 400


@given(st.text())
def test_escaped_text_comes_back_unchanged(text: str) -> None:
    text = text.replace("\0", "")
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    found, entities = parse_html(f"<b>{escaped}</b>")
    assert found == text
    assert [entity["length"] for entity in entities] == ([units(text)] if text else [])


@given(st.text(alphabet="<>/abspani= \"'&;#x中😀-"))
def test_any_source_is_read_or_refused(source: str) -> None:
    with suppress(ApiError):
        text, entities = parse_html(source)
        assert all(e["offset"] >= 0 and e["offset"] + e["length"] <= units(text) for e in entities)


def test_ends_are_trimmed_and_entities_move_along() -> None:
    assert trim("  ab \n", [{"type": "bold", "offset": 1, "length": 4}]) == (
        "ab",
        [{"type": "bold", "offset": 0, "length": 2}],
    )
    assert trim(" a ", [{"type": "bold", "offset": 2, "length": 1}]) == ("a", [])


def test_commands_and_addresses_are_found() -> None:
    found = find_entities("见 /help 和 https://e.cn/a，不是 a/b")
    assert [(entity["type"], entity["offset"], entity["length"]) for entity in found] == [
        ("bot_command", 2, 5),
        ("url", 10, 14),
    ]


def test_found_entities_do_not_cut_into_given_ones() -> None:
    given_link = {"type": "text_link", "offset": 0, "length": 5, "url": "https://e.cn"}
    assert with_found("/help", [given_link]) == [given_link]
