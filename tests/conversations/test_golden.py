"""Golden conversations: every card and every hint word for word, as *.yaml beside this file.

After a change of texts: `python -m tests.conversations.record`, then read the difference.
"""

import pytest

from tests.conversations.situations import Situations
from tests.conversations.talk import Dialogue, acting, dialogues, played, said


@pytest.mark.parametrize("dialogue", dialogues(), ids=lambda one: one.name)
async def test_the_dialogue(dialogue: Dialogue, situations: Situations) -> None:
    async with situations.open(dialogue.given) as w:
        heard = await played(w, dialogue.talk)
    for turn, came in zip(dialogue.talk, heard, strict=True):
        assert came == said(turn), acting(turn)
    if dialogue.taps is not None:
        assert _taps(dialogue) == dialogue.taps


@pytest.mark.parametrize(
    ("name", "opening", "most"),
    [
        ("a1·没风险，办结", 0, 9),
        ("a1·有风险，也问了收入", 0, 12),
        ("after·走访：没变化，三下点完", 1, 3),
        ("own·报线索，四下点完", 1, 4),
    ],
)
def test_the_commonest_forms_take_few_taps(name: str, opening: int, most: int) -> None:
    """From the card on; where the card's button only opens the form, that press is not an answer."""
    (dialogue,) = (one for one in dialogues() if one.name == name)
    assert _taps(dialogue) - opening <= most


def _taps(dialogue: Dialogue) -> int:
    return sum(len(acting(turn)[1]) for turn in dialogue.talk)
