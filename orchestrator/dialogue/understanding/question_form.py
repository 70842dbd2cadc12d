"""Whether the callee asks something, judged by form alone: recognisers rarely write question marks."""

from __future__ import annotations

import re

from orchestrator.dialogue.understanding.spoken_form import compact

_FIRST_SYLLABLE, _LAST_SYLLABLE, _FINALS = 0xAC00, 0xD7A3, 28


def _ending_in(final: int) -> str:
    """Returns the character class of all syllables with a final consonant (Unicode Standard, section 3.12)."""
    return f"[{''.join(map(chr, range(_FIRST_SYLLABLE + final, _LAST_SYLLABLE + 1, _FINALS)))}]"


_N, _L, _B = _ending_in(4), _ending_in(8), _ending_in(17)

# "-나요" asks, but "열이 나요", "기운이 안 나요", "냄새가 나요" tell.
_END = re.compile(rf"(?:(?<![이가안])나요|까요|{_L}까|{_B}니까|{_N}가요|냐고|뭐(?:예요|에요|죠|야)|뭡니까)$")
_WORD = re.compile(
    r"누구(?:세|신|시|십|예|에요|인|야|냐|여|죠|라|요?$)|뉘시|"
    r"언제(?!나|든|인지|부턴|부터인|였|이었)|"
    r"어디(?:세|예|에요|시|신|서(?:전화|거|하|오|나)|로(?:연락|전화)|인|죠|라|야|입|요?$)|어딥|"
    r"얼마(?:예|에요|나(?:드|내|걸|받|되|돼)|입|인|죠|냐|야|$)|몇시|며칠(?:에|날)|"
    r"무슨(?:전화|일로|용건|기관|요일)|왜(?:전화|그러|물|저)|어떻게(?:알|해야|신청|하)"
)
_TOPIC = re.compile(
    r"사기(?:아니|전화|죠|예|에요|인가)|보이스피싱|"
    r"돈(?:이|을)?(?:드는거|드나|드냐|들어요$|내야|내는거|내나|나가나|나가는거|받나|받는거)|"
    r"(?:공짜|무료|유료)(?:예|에요|인가|인지|죠|야)|"
    r"(?:^|이거|거기|혹시|당신|지금|진짜)(?:사람|기계|로봇|인공지능|에이아이|ai)(?:이|예|에|인|이에|아니)?(?:요|가요|죠|야|에요)|"
    r"(?:녹음|기록)(?:하|되)(?:는|고)"
)
# "언제 죽을지 몰라요" asks nothing.
_TELLS = re.compile(r"지(?:도|를)?(?:잘)?(?:몰|모르)")


def is_question(text: str) -> bool:
    """Whether an utterance asks something."""
    short = compact(text)
    if _TELLS.search(short):
        return False
    if _END.search(short) or _TOPIC.search(short) or _WORD.search(short):
        return True
    return text.rstrip().endswith("?") and len(short) > 2
