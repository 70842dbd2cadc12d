"""Signs that an utterance tells of somebody or something else: "저 가수는 노래를 참 잘하네요" is nobody's own answer.

What is said of others is easily like an expected answer, for it is well or ill, often or never, as theirs would be.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_PERSON = (
    r"(?:아들|딸|며느리|사위|손[주자녀]|영감|할멈|할매|할배|집사람|마누라|남편|아내|언니|오빠|동생|누나|형님?|조카|사돈|애들?|자식|"
    r"어머니|아버지|시어머니|(?:옆|앞|윗|아랫)집\S*|이웃\S*|할머니|할아버지|아저씨|아줌마|양반|총각|처녀|"
    r"복지사|요양사|요양보호사|이장|회장|국장|원장|주인|집주인|강사|가수|배우|아나운서|선수|대통령|직원|기사|큰애|둘째|막내|첫째|"
    r"개|강아지|고양이)"
)
_SUBJECT = re.compile(
    rf"(?:^|\s)(?:(?:우리|저|그|이|내)\s)?{_PERSON}(?:님|네|들)?(?:은|는|이|가|도|께서|네는|네가|에는|에서는)(?=\s)"
)
# What others do for, or to, the speaker is the speaker's own matter: "딸이 챙겨 줘", "아들이 때려요".
_TO_THE_SPEAKER = re.compile(
    r"(?:나|저|내|제)(?:를|한테|더러|보고)|[줘줬준]|주(?:고|지|네|니|는|더|시|었|면)|챙기|챙겨|모시|때[리려린렸]|욕하|괴롭|뺏|맡"
)
# Where people are asked for, they are the answer.
_ASKED_FOR = re.compile(
    r"누구|누가|가족|자녀|아들|딸|배우자|이웃|친구|사람|요양|복지사|선생|손주|부모|며느리|남편|아내|본인|개|고양이|동물|혼자|함께|자식|아이|형제|"
    r"직원|의사"
)
_ADMIRES = re.compile(
    r"(?:참|정말|아주|어쩜|되게|진짜|멋있게|(?:기가\s)?막히게|제법|엄청)\s?(?:\S+\s)?\S*(?:네요?|더라고?요?|구나|구먼|군요?|데요?)$"
)
_WATCHES = re.compile(r"(?:더라고?요?|던데요?|더만요?|나 ?봐요?|[은는던] ?가 ?봐요?)$")
# After these another clause follows, which may be about the speaker: "딸이 담아 줘서 안 거르지".
_GOES_ON = re.compile(r"(?:[서고데면던며거든지어아라]|니[까께]|지만|길래|려고|다가|[어아]도|는지|응께)$")


def about_others(text: str, question: str, expected: Sequence[str], *, brings_in: bool) -> Mapping[str, float]:
    """Returns signs that an utterance is about others, each 0 or 1.

    Args:
        text: what the callee said.
        question: what was asked.
        expected: the expected answers.
        brings_in: the utterance marks something as its topic, subject or object that was not asked about.
    """
    plain = " ".join(re.sub(r"[.,!?~…]+", " ", text).split())
    alone = not any(_GOES_ON.search(word) for word in plain.split()[:-1])
    asked_for = _ASKED_FOR.search(" ".join((question, *expected)))
    own_matter = asked_for is not None or _TO_THE_SPEAKER.search(plain) is not None
    somebody = alone and not own_matter and _SUBJECT.search(plain) is not None
    return {
        "somebody_else": float(somebody),
        "admires": float(_ADMIRES.search(plain) is not None),
        "watches": float(_WATCHES.search(plain) is not None),
        "new_alone": float(alone and brings_in),
    }
