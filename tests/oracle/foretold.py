"""The prophecy: a county's lists in, everything that is to be seen of ten days out."""

from dataclasses import dataclass
from datetime import timedelta

from . import hours
from .lists import County
from .messages import Message, Notice, Post
from .posts import Areas, People
from .work import Work, work_of


@dataclass(frozen=True, slots=True)
class Foretold:
    work: Work
    messages: list[Message]
    unheard: list[Notice]


def foretell(county: County, days: int = 10) -> Foretold:
    """What happens from the import to the end of the `days`-th day, the day of the import being the first."""
    areas = Areas(county.regions)
    people = People(county, areas)
    work = work_of(county, areas)
    end = hours.at(county.now.date() + timedelta(days=days))
    post = Post(work, people, areas, county.now, end)
    return Foretold(work, post.carry(), post.unheard)
