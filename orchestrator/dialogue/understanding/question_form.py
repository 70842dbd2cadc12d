"""Whether the callee asks something, judged by form alone: recognisers rarely write question marks."""

from __future__ import annotations

import re

from orchestrator.dialogue.understanding.hangul import ending_in
from orchestrator.dialogue.understanding.spoken_form import compact

_N, _L, _B = ending_in("ㄴ"), ending_in("ㄹ"), ending_in("ㅂ")

# "-나요" and "-까요" ask, but "열이 나요", "냄새가 나요", "따뜻하다니까요" tell.
_END = re.compile(
    rf"(?:(?<![이가안만하])나요|(?<!니)까요|(?<!어떡)(?<!어쩔){_L}까|{_B}니[까꺼]|심[까꺼]|[은는인던한된뭔군젠딘]가요|[는은인던]교|능교|당가요?|진짠가요?|냐고|(?<!지)뭐(?:예요|에요|죠|야|여|꼬)|뭡니까)$"
)
# Endings that also tell, or only wonder.
_MAYBE_END = re.compile(
    rf"(?:[되하가오주있없맞받내드](?:나|남유?|능가요?|는가|는겨|는감)|{_N}(?:디야|대유)|(?<![드할갈그])래요|지예|"
    r"답니까|아닌가요?|는가요?|거(?:예요|에요|요|여|냐|래)|드나|주나|되나)$"
)
_WH = r"(?:누구|누가|언제|어디|어데|어느|무슨|무신|어떤|어떻게|얼마|몇|왜|뭐|뭘|뭣|무엇|머)"
# "어디서 전화하셨는데요": a question word and an ending that leaves the sentence open.
_OPEN_END = re.compile(
    rf"{_WH}[가-힣0-9]{{0,18}}(?:데요?|디유?|거(?:예요|에요|요|여|야|냐|죠|지)|[는은]겨|[는은]가|나|냐|니|노|교|까|"
    r"어요|아요|여|요|유|라고?(?=$)|래요?|쥬|죠|지)$"
)
_WORD = re.compile(
    r"누구(?:세|신|시|십|예|에요|인|야|냐|죠|라|(?:여|요)?$)|뉘시|"
    r"언제(?!나|든|인지|부턴|부터인|였|이었|더라|는)|"
    r"어디(?:세|예|에요|시|신|서(?:전화|거|하|오|나|온)|로(?:연락|전화)|인|죠|라|야|입|십|요?$)|어딥|"
    r"얼마(?:예|에요|나(?:드|내|걸|받|되|돼|더|오)|입|인|죠|냐|야|$)|몇시(?:에|까지|부터)|며칠(?:에|날)|"
    r"무슨(?:전화|일로|용건|기관|요일)|왜(?:전화|그러|물|저|자꾸|하는)|어떻게(?:알|해야|신청|하)"
)
_TOPIC = re.compile(
    r"사기(?:아니|전화(?:아|죠|지요|예|인)|죠|예|에요|인가)|보이스피싱|"
    r"돈(?:이|을)?(?:드는거|드나|드냐|들어요$|내야|내는거|내나|나가나|나가는거|받나|받는거)|"
    r"(?:공짜|무료|유료)(?:예|에요|인가|인지|죠|야|여$)|"
    r"(?:^|이거|거기|혹시|당신|지금|진짜)(?:사람|기계|로봇|로보트|인공지능|에이아이|ai)(?:이|예|에|인|이에|아니)?(?:가요|요|죠|야|여|에요)|"
    r"(?:녹음|기록)(?:하|되)(?:는|고)(?:거|가|건|있)"
)
# "얼마 내야 돼요" asks; "누가 와야 돼요", "어디 가야 돼요" may tell.
_WHAT_TO_DO = re.compile(
    r"(?:얼마(?:를|나|씩)?(?:내|주|물|갚|드리|드려|치러|받)|어떻게|어찌|우째|어디(?:로|에|에다|서)(?!나)|무엇을|무슨(?:서류|종이|약|말)|왜)"
    r"[가-힣0-9]{0,10}(?:야|면)(?:되|돼|된|하|해|헌|혀|한)(?:아?요|유|나|노|는데요?|는겨|는가|는디|능교|데요?|디|지요?|죠)?$"
)
# "소금물이 좋다던데 진짜예요": what was heard elsewhere, and whether it is so.
_HEARSAY = re.compile(
    r"(?:[다라]던데|[다라]는데|[다라]더니|[다라]는[게거]|[는은]게|[다라]고(?:하던데|하는데|그러던데|그러는데))"
    r"(?:그게)?(?:진짜|참말|정말|사실)(?:이오|이에요|예요|이여|이유|이가|인가|입니까|인교|이라요|여|유)$"
)
# "양력으로 말해요 음력으로 말해요"
_EITHER = re.compile(r"(?:^|\s)\S+로\s(\S{2,6}(?:요|유|까|나|여|교|노))[?,]?\s\S+로\s\1[?]?$")
# "언제 죽을지 몰라요" asks nothing, nor does "뭐 그냥 살지요".
_TELLS = re.compile(
    r"지(?:도|를)?(?:잘)?(?:몰|모르)|(?:는|은|인|던|을|ㄹ)(?:지|가|건지)(?:도)?(?:잘)?(?:모르|몰)|모르[겠것]|언젠가|누군가|왠지"
)

# "뭘 하든지 괜찮아요" asks nothing.
_WHATEVER = re.compile(rf"{_WH}[가-힣]{{0,6}}(?:든지|든가|든(?=[가-힣]))|{_WH}[가-힣]?(?:라도|이나)")

_CERTAIN = (_END, _TOPIC, _WORD, _WHAT_TO_DO, _HEARSAY)


def is_question(text: str) -> bool:
    """Whether an utterance asks something for certain."""
    short = compact(text)
    if _TELLS.search(short):
        return False
    if any(pattern.search(short) for pattern in _CERTAIN) or _EITHER.search(text.strip()):
        return True
    return text.rstrip().endswith("?") and len(short) > 2


def may_ask(text: str) -> bool:
    """Whether an utterance has a question word and an open ending, which a wondering answer also has."""
    short = _WHATEVER.sub("", compact(text))
    return _TELLS.search(short) is None and any(pattern.search(short) for pattern in (_OPEN_END, _MAYBE_END))
