"""What kind of thing was asked, by form alone: it decides what "네" means, and which readings are likely."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from orchestrator.domain.plan import Step, StepKind


class Form(StrEnum):
    """The form of what the agent said last."""

    STATEMENT = "statement"
    YES_NO = "yes_no"
    OPEN = "open"
    EITHER_OR = "either_or"
    HOW_MANY = "how_many"
    IDENTITY = "identity"
    BIRTH_DATE = "birth_date"
    GOOD_TIME = "good_time"
    CONSENT = "consent"
    OFFER_HUMAN = "offer_human"
    ANYTHING_ELSE = "anything_else"
    KEYPAD = "keypad"
    CALL_BACK = "call_back"


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked.

    Attributes:
        text: the agent's words; empty: nothing was said yet.
        trouble: yes would mean that something is wrong.
    """

    form: Form
    text: str = ""
    trouble: bool = False

    @property
    def yes_no(self) -> bool:
        """Whether yes and no are answers."""
        return self.form in _YES_NO


_YES_NO = {Form.YES_NO, Form.IDENTITY, Form.GOOD_TIME, Form.CONSENT, Form.OFFER_HUMAN, Form.ANYTHING_ELSE}
_OF_STEP = {
    StepKind.CONSENT: Form.CONSENT,
    StepKind.GOOD_TIME: Form.GOOD_TIME,
    StepKind.CALL_BACK: Form.CALL_BACK,
    StepKind.IDENTITY: Form.IDENTITY,
    StepKind.BIRTH_DATE: Form.BIRTH_DATE,
    StepKind.PROBLEM: Form.YES_NO,
    StepKind.HUMAN_WANTED: Form.OFFER_HUMAN,
    StepKind.ANYTHING_ELSE: Form.ANYTHING_ELSE,
    StepKind.SINCE_AND_WHY: Form.OPEN,
    StepKind.URGENCY: Form.OPEN,
    StepKind.DAILY_LIFE: Form.OPEN,
    StepKind.HELP: Form.OPEN,
}

_SENTENCE = re.compile(r"[^.?!…]+[.?!…]*")
_ASKS = re.compile(
    r"(?:[까요죠][?]|까요?|나요|[은는던인한된런]가요|습니까|입니까|시죠|시지요|(?:이|예|에)요[?]|"
    r"(?<!여보)(?<!안녕하)(?<!안녕히)(?<!안녕히계)(?<!지내)(?<!주)(?<!두)(?<!마)(?<!드)(?<!챙기)(?<!조심하)(?<!입으)(?<!내)(?<!보)세요"
    r"|어요|나|니|냐)[?.]*$"
)
_REQUEST = re.compile(r"(?:말씀|얘기|이야기|알려|들려|대답|설명)\S{0,4}(?:주세요|주시겠|주실|주시면|줄래|볼까)")
_REQUEST_ONLY = re.compile(r"(?:번호|자리|성함|이름|주소)\S*말씀해주")
_KEYPAD = re.compile(r"눌러|누르")
_BIRTH_DATE = re.compile(r"생년월일|생신|생일|태어나|몇년생")
_BOTH = re.compile(r"네,?아니요|예,?아니요|네아니오")
_EITHER_OR = re.compile(
    r"인가요\S+인가요|(?:세요|나요|까요|가요|예요|에요|월세|편이세요)[,?].*(?:세요|나요|까요|가요|예요|에요)|아니면|혹은|둘중|중에?(?:어느|어떤)"
)
_NUMBER = re.compile(
    r"며칠|몇(?!시[에쯤]|년|월|일|요일|가지여쭤)|얼마나(?:자주|되|내|나오|드|걸|받|계|두|밀)|얼마(?:예|에|인|정도|쯤|세)|연세|나이|어느정도되|"
    r"[0-9영일]에서[0-9십오]+|점사이|정도를숫자"
)
_HUMAN = re.compile(
    r"(?:상담원|상담사|복지사|상담선생님|담당자|직원|공무원|사람상담|선생님).*(?:연결|바꿔|통화|이야기|얘기|상담|연락|전화드)"
)
_CONSENT = re.compile(r"동의|녹음(?:해도|하여도|되어도|을해도)")
_ELSE = re.compile(
    r"(?:더|또|그밖에|그외에?|다른|마지막으로|추가로)\S*(?:말씀|하실|필요|궁금|여쭤|묻|불편|얘기|이야기|부탁|도와|있으|없으)"
)
_GOOD_TIME = re.compile(
    r"(?<!다시)(?:통화|전화|시간|말씀)\S*(?:괜찮|가능|편하|되실|되시|될까|되세|할수있|있으세|나눌|나누)|지금괜찮"
)
_CALL_BACK = re.compile(r"(?:언제|몇시|어느때)\S*(?:전화|통화|연락|걸)")
_IDENTITY = re.compile(
    r"본인|(?:님|씨|어르신|할머니|할아버지|선생님)(?:이|은)?(?:맞|이시[죠지]|이신[가]|이세요|되시|되세)|댁이(?:죠|신|세|맞)"
)
_WH = re.compile(
    r"무엇|무얼|뭐|뭘|무슨|어떤|어떻|어때|어떠|어디|누구|누가|언제|왜|얼마|몇|어느|성함|이름|주소를|번호를"
)
# "어디 불편한 데 있으세요?" asks whether, not where.
_WHETHER = re.compile(r"(?:있으|없으|계시|계세|안계)\S*$|^혹시|혹시누|어디(?:가)?(?:아프|불편|편찮|안좋)(?!.*제일)")
_WHICH = re.compile(
    r"(?:뭐|무엇|누|얼마나|어떤\S*|언제|몇\S*)(?:가|이)?(?:있|계)\S*$|어디계|누구계|어떻게|어떠|어때|언제|왜"
)
_TROUBLE = re.compile(
    r"끊[겨겼긴]|문제(?:가|는|도)?(?:있|없|되)|이상(?:이|은|한)(?:있|없|데|점)|기침이나|부담|아프|아픈|아팠|편찮|불편|힘드|힘든|어렵|어려|외로|외롭|우울|답답|걱정|숨이차|어지러|저리|가렵|쑤시|춥|추우|밀린|밀렸|밀려|"
    r"넘어지|넘어졌|빚|깜빡|깨[시세]|막막|괴롭|무섭|기운이없|기침|통증|죽고|살기싫|재미없|부족|모자|거르|굶|그러신가|그러세|아직도|여전"
)
_EASED = re.compile(r"나아|나으|좋아지|괜찮|멎|가라앉|없어지|풀리|낫")


def asked_by(step: Step) -> Asked:
    """Returns what a step asks."""
    asks = step.asks[0] if step.asks else step.text
    if step.kind is StepKind.QUESTION:
        return asked_in(step.text or asks)
    return Asked(_OF_STEP[step.kind], f"{step.text} {asks}".strip(), step.kind is StepKind.PROBLEM)


def asked_in(text: str) -> Asked:
    """Returns what the agent's words ask, as far as their form shows."""
    sentences = [sentence.strip() for sentence in _SENTENCE.findall(text.replace("여보세요", "")) if sentence.strip()]
    asking = [sentence for sentence in sentences if _asks(sentence)]
    if not asking:
        return Asked(Form.STATEMENT, text)
    sentence = re.sub(r"[\s~]", "", asking[-1])
    whole = "".join(re.sub(r"\s", "", part) for part in asking)
    form = _form(sentence, whole)
    trouble = form is Form.YES_NO and _TROUBLE.search(whole) is not None and not _EASED.search(whole)
    return Asked(form, text, trouble)


def _asks(sentence: str) -> bool:
    short = re.sub(r"\s", "", sentence)
    return any(pattern.search(short) for pattern in (_ASKS, _REQUEST, _KEYPAD)) or short.endswith("?")


def _form(sentence: str, whole: str) -> Form:
    if _KEYPAD.search(sentence):
        return Form.KEYPAD
    either_or = _EITHER_OR.search(sentence)
    if _CALL_BACK.search(sentence):
        return Form.CALL_BACK
    for form, pattern, searched in (
        (Form.CONSENT, _CONSENT, whole),
        (Form.IDENTITY, _IDENTITY, whole),
        (Form.ANYTHING_ELSE, _ELSE, sentence),
        (Form.GOOD_TIME, _GOOD_TIME, sentence),
        (Form.OFFER_HUMAN, _HUMAN, whole),
    ):
        if pattern.search(searched) and not (either_or or _WHICH.search(sentence) or _REQUEST_ONLY.search(sentence)):
            return form
    if _BIRTH_DATE.search(sentence):
        return Form.YES_NO if re.search(r"맞(?:으|나|습)", sentence) else Form.BIRTH_DATE
    if either_or:
        return Form.EITHER_OR
    if _NUMBER.search(sentence):
        return Form.HOW_MANY
    if _BOTH.search(sentence):
        return Form.YES_NO
    bare = sentence.rstrip("?.")
    if _REQUEST.search(sentence) or (_WH.search(bare) and (not _WHETHER.search(bare) or _WHICH.search(bare))):
        return Form.OPEN
    return Form.YES_NO
