"""Fixed rules: what must be understood without any model. They decide only where they leave no doubt.

`intents` asks the floor under danger before them, and the learned layer after them.
"""

from __future__ import annotations

import re

from orchestrator.dialogue.understanding import faltering, machines, question_form, wishes
from orchestrator.dialogue.understanding.asked import Asked, Form
from orchestrator.dialogue.understanding.assertions import as_meant, asserted, is_rhetorical
from orchestrator.dialogue.understanding.dates import read_date
from orchestrator.dialogue.understanding.entailments import entailed
from orchestrator.dialogue.understanding.numbers import read_number
from orchestrator.dialogue.understanding.polarity import certain_polarity, polarity_of
from orchestrator.dialogue.understanding.spoken_form import compact
from orchestrator.dialogue.utterance import Intent

_REPEAT_WHOLE = re.compile(r"(?:네|예|응|어|뭐|뭐요|뭐라구|뭐라고|뭐라고요|뭐라구요|에|엥)\?+.{0,6}")
_HELLO = re.compile(r"(?:네|예)?(?:여보세요)+(?:누구)?")
_UNSURE_WHOLE = re.compile(
    r"(?:그건|그거는?|저도|나도|아이고)?(?:글쎄요?|(?:잘|나도|난|통)?모르(?:겠|것|겄)\S*|(?:잘|나도|난|통)?몰라요?|그냥그래요?|그저그래요?|(?:기억|생각)이?(?:잘|통)?안나\S*)"
)
# "얼마나 힘든지 몰라요" knows very well.
_HOW_MUCH = re.compile(r"(?:얼마나|어찌나|언제죽)[가-힣]{1,8}지(?:도)?(?:몰|모르)")
# Nothing but parting words, with one among them that says so.
_NOTHING_MORE = re.compile(
    r"^(?=.*(?:아니|아닙|아녜|아냐|아뇨|없|읎|엇수|괜찮|됐|되었|충분|다했|고마|고맙|감사|수고|끊|안녕히|들어가))(?:"
    r"네|예|잉|응|아니(?:래요|우다|[요오야여유라])?|아녀유?|아이[라다]|아니에요|아닙니다|아녜요|아냐|아뇨|이제|이만|그만|뭐|더|더는|다른|또|그밖에|할|하고싶은|말씀?|"
    r"건|거|것|은|는|도|이|가|그런|필요한|특별히|특별한|딱히|별로?|별거|따로|다|전혀|하나도|그것만|그거면|돼요?|됩니다|전화|"
    r"괜찮(?:아요?|습니다|네요)|[없읎엇](?:어[요유라]?|습니다|심더|드래요|당께|수다|네[요유]?|지요?|제|죠|는데요?|다고?)|됐(?:어요?|습니다|네요|심더)|되었습니다|"
    r"충분(?:해요|합니다|히)|다했(?:어요?|습니다)|구먼|얘기|이야기|물어볼|고마워요?|고맙(?:습니다|네요)|감사(?:해요|합니다|드려요)|"
    r"수고(?:하세요|하셨어요|하셨습니다|하십시오|했어요?)|끊(?:을게요?|어요|습니다|겠습니다)|안녕히계세요|들어가(?:세요|십시오)"
    r")+$"
)
_SOMETHING_MORE = re.compile(
    r"^(?:네|예|응|어|그럼요?|그래요?|있(?:어요?|습니다|지요?|네요?|죠)|하나|좀|또|더|할말|말씀?|이|은)+$"
)
_DECLINED = re.compile(
    r"^(?!.*끊).*(?:싶지(?:는|도)?않|하지[마말]|안(?:해|하셔)도|(?:전화|통화|상담|연락|연결)(?:은|는|을|를|도)?(?:안|싫|됐|괜찮|필요없)|필요(?:는|가|도)?없|^(?:네|예)?(?:아직은?)?괜찮[아습]|^됐|^다음에|^나중에요?$)"
)
_ACCEPTED = re.compile(r"좋(?:겠|지|아|습)|해주(?:면|시|세|이)|연락(?:주|해|좀)|싶(?!지)|받을게|할게요|할래|부탁")
_ASKING_TO_SPEAK = re.compile(r"^(?:네|예)?(?:말씀하|하세요|해보세요|얘기하|말해)|안바[빠쁘쁩]|바쁘지(?:는)?않")
_I_AM = re.compile(
    r"^(?:네|예|응|어)*(?:접니다|저[예에]요|전데요?|나[예에]요|나요$|난데|나야|나여|(?:제가|내가|저|나)?(?:본인(?!이?아)|맞(?!는데(?!요?$))))"
)
# "괜찮아요" to an offer is "no, thank you".
_OFFERED = re.compile(r"드릴까|드려요|보시겠|원하[시세]|필요하")
_NO_THANKS = re.compile(
    r"^(?:아니요?|네|아이)?(?:됐[어습심]|괜찮[아습]|필요없|안[가-힣]{1,3}도(?:돼|됩|괜찮))|안(?:보내|해|오|주)[가-힣]{0,3}도(?:돼|됩|괜찮)"
)
_REFUSED = re.compile(r"^(?:싫|됐어|됐습|안해|안합|안할|필요없)")
# Who talks to the machine behind the voice answers nothing.
_DICTATES = re.compile(
    r"프롬프트|(?:지시|명령|규칙)\S{0,8}무시하?[고라]|[다라]고(?:만)?(?:적어|기록해|출력해|저장해)(?:라|줘)?$"
)
# The recording is declined, not the call.
_NOT_AGREED = re.compile(
    r"^(?!.*(?:전화|통화|상담|끊|말하기|대답|얘기)).*(?:싫|하지[마말]|하지는[마말]|안[돼되하했할]|말아|(?<!고)말고|빼[고주])"
)
_AGREED = re.compile(
    r"^(?!.*(?:안|못|싫|말)).*(?:녹음\S*(?:하세요|해도|해요|하셔|하시)|상관없|마음대로|그러세요$|그러시[든구죠])"
)
_BY_FORM = {
    Form.ANYTHING_ELSE: ((Intent.NO, _NOTHING_MORE), (Intent.YES, _SOMETHING_MORE)),
    Form.OFFER_HUMAN: ((Intent.NO, _DECLINED),),
    Form.IDENTITY: ((Intent.YES, _I_AM), (Intent.REFUSE_CALL, _REFUSED)),
    Form.GOOD_TIME: ((Intent.YES, _ASKING_TO_SPEAK),),
    Form.CONSENT: ((Intent.NO, _NOT_AGREED), (Intent.YES, _AGREED)),
}
# The last clause of the last question, without a word that asks what, who, when.
_ASKS_WHETHER = re.compile(
    r"(?:^|[.?!,]\s*|[는은]데\s)(?:(?!몇|얼마|누|어디|언제|무엇|무얼|뭐|뭘|무슨|어떤|어떻|어때|어떠|왜|어느|아니면)[^\s.?!,]+\s?)+[?]\s*$"
)
_LONGEST_KEY = 6
_YES_FIRST = re.compile(r"네|예|응|그래|어")
# Where these are asked about, they are no wish.
_HEARING = re.compile(r"귀[는가나도]|귀 |들리|들으|소리")
_OPENING = {Form.IDENTITY, Form.GOOD_TIME, Form.STATEMENT, Form.CONSENT}


def rule_intent(text: str, asked: Asked) -> Intent | None:
    """Returns what fixed rules make of an utterance, not empty; None if they are not certain."""
    short = compact(text)
    if not short:
        return Intent.NO_MATCH
    if _REPEAT_WHOLE.fullmatch(text.strip().replace(" ", "")) or _HELLO.fullmatch(short):
        return Intent.REPEAT_PLEASE
    if machines.is_carrier_notice(short):
        return Intent.CARRIER_NOTICE
    if machines.is_notice(short):
        return Intent.MACHINE
    if machines.is_hallucination(text, short) or _DICTATES.search(short):
        return Intent.NO_MATCH
    if (len(text.split()) > 1 and faltering.searches_for_words(text)) or faltering.weeps(text):
        return Intent.NO_MATCH
    if faltering.hands_on_the_phone(short):
        return Intent.PHONE_HANDED_ON
    if faltering.speaks_for_another(short):
        return Intent.WRONG_PERSON
    if asked.form is Form.STATEMENT and wishes.is_backchannel(short):
        return Intent.BACKCHANNEL
    ruled = _by_form(text, short, asked) or _wish(short, asked) or _polarity(text, short, asked)
    asks = ruled is None and not wishes.is_abuse(short) and question_form.is_question(text)
    return Intent.QUESTION if asks else ruled


def _by_form(text: str, short: str, asked: Asked) -> Intent | None:
    """What means something only after one form of question."""
    for intent, pattern in _BY_FORM.get(asked.form, ()):
        if pattern.search(short):
            return intent
    if asked.form is Form.YES_NO and _OFFERED.search(asked.text) and _NO_THANKS.search(short):
        return Intent.NO
    dated = asked.form is Form.BIRTH_DATE and read_date(text) is not None
    keyed = asked.form is Form.KEYPAD and len(short) <= _LONGEST_KEY and read_number(text) is not None
    return Intent.ANSWER if dated or keyed else None


def _wish(short: str, asked: Asked) -> Intent | None:
    wanted = wishes.wish(short)
    if wanted is Intent.WANT_HUMAN and asked.form is Form.OFFER_HUMAN and _YES_FIRST.match(short):
        return Intent.YES
    if wanted is not None and _certain(wanted, short, asked):
        return wanted
    if asked.form in _OPENING and wishes.is_busy(short):
        return Intent.CALL_BACK_LATER
    if _HOW_MUCH.search(short):
        return Intent.ANSWER
    return Intent.UNSURE if _UNSURE_WHOLE.fullmatch(short) else None


def _certain(wanted: Intent, short: str, asked: Asked) -> bool:
    """Whether words that look like a wish can be nothing else here."""
    doubtful = (wishes.is_unsure(short) and "무슨" not in short) or wishes.is_abuse(short)
    match wanted:
        case Intent.CALL_BACK_LATER:
            return asked.form is not Form.CALL_BACK
        case Intent.WRONG_PERSON:
            return asked.form in _OPENING
        case Intent.REFUSE_QUESTION:
            return not doubtful
        case Intent.REPEAT_PLEASE:
            return not doubtful and _HEARING.search(asked.text) is None
    return True


def _polarity(text: str, short: str, asked: Asked) -> Intent | None:
    asks = question_form.is_question(text) or question_form.may_ask(text)
    if not asked.yes_no or asks or _is_something_else(short):
        return None
    if asked.form is Form.OFFER_HUMAN and _ACCEPTED.search(short):
        return Intent.YES
    return certain_polarity(text, asked)


def _whether(asked: Asked) -> bool:
    """Whether yes and no answer what was asked last: "무슨 소리가 들리는데 괜찮으세요?" asks whether, not what."""
    if asked.form in {Form.OPEN, Form.HOW_MANY, Form.GOOD_TIME}:
        return _ASKS_WHETHER.search(asked.text) is not None
    return asked.form is Form.YES_NO


def implied(text: str, asked: Asked) -> Intent | None:
    """Returns YES or NO where an answer to a yes/no question says it of what was asked, or lets it conclude, else None.

    What is said of the predicate outweighs a first word that says yes: "네 해야 되는데 통 못 하고 있어".
    """
    plain = as_meant(text)
    asks = not is_rhetorical(plain) and (question_form.is_question(plain) or question_form.may_ask(plain))
    if not _whether(asked) or asks or _is_something_else(compact(plain)):
        return None
    said, meant = asserted(text, asked.text), entailed(plain, asked.text)
    if said + meant < 0:
        return Intent.NO
    return Intent.YES if said + meant > 0 and polarity_of(text, asked).first >= 0 else None


def _is_something_else(short: str) -> bool:
    looks = (wishes.is_unsure, wishes.is_abuse, wishes.is_busy, wishes.is_somebody_else)
    return wishes.wish(short) is not None or any(look(short) for look in looks)


def says_more(text: str) -> bool:
    """Whether an answer to "anything else?" holds more than a yes or a no."""
    short = compact(text)
    return _NOTHING_MORE.search(short) is None and _SOMETHING_MORE.search(short) is None
