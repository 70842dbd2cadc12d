"""What every call needs, gone through once before anybody is on the line: else the first callees wait for it."""

from __future__ import annotations

from orchestrator.dialogue.interview.comprehension import Comprehension
from orchestrator.dialogue.interview.institution import Institution
from orchestrator.dialogue.interview.plan_making import make_plan
from orchestrator.domain.brief import Brief, Person

_NOBODY = Person(person_id="", name="", phone="")


async def rehearse(comprehension: Comprehension, institution: Institution) -> None:
    """Understands an answer to one of an institution's questions, so that all models are loaded that it takes."""
    await comprehension.rehearse(make_plan(Brief(_NOBODY, question_set_id=""), institution))
