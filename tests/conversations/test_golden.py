"""Golden conversations: every card and every hint word for word, as *.yaml beside this file.

After a change of texts: `python -m tests.conversations.record`, then read the difference.
"""

import pytest

from tests.conversations.situations import Situations
from tests.conversations.talk import Dialogue, acting, dialogues, played, said
from tests.conversations.taps import AIMS, PAGE, medians, page, taps


@pytest.mark.parametrize("dialogue", dialogues(), ids=lambda one: one.name)
async def test_the_dialogue(dialogue: Dialogue, situations: Situations) -> None:
    async with situations.open(dialogue.given) as w:
        heard = await played(w, dialogue.talk)
    for turn, came in zip(dialogue.talk, heard, strict=True):
        assert came == said(turn), acting(turn)
    if dialogue.taps is not None:
        assert taps(dialogue) == dialogue.taps


@pytest.mark.parametrize(("way", "most"), AIMS.items())
def test_the_commonest_forms_take_few_taps(way: str, most: int) -> None:
    assert medians()[way][0] <= most


def test_the_page_of_taps_says_what_the_dialogues_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()
