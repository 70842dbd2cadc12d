"""Fixed rules: what must be understood without any model.

Patterns are matched against the compact form of an utterance. Order matters: the first rule that matches decides; what
a step says first, then what is common to all, then what a step says last.
"""

from __future__ import annotations

import re

from orchestrator.dialogue.understanding.question_form import is_question
from orchestrator.dialogue.understanding.spoken_form import compact, polarity
from orchestrator.dialogue.utterance import Intent
from orchestrator.domain.plan import StepKind

Rule = tuple[Intent, re.Pattern[str]]

_REPEAT_WHOLE = re.compile(r"(?:네|예|응|어|뭐|뭐요|뭐라구|뭐라고|뭐라고요|뭐라구요|에|엥)\?+")
_HELLO = re.compile(r"(?:네|예)?(?:여보세요)+(?:누구)?")

_WRONG_PERSON: Rule = (
    Intent.WRONG_PERSON,
    re.compile(
        r"잘못(?:거|걸|전화)|그런(?:사람|분)(?:은)?(?:없|안|아)|(?:본인|제가|저|나|그사람)(?:은|는|이)?아[니닌닙]|아닌데|"
        r"번호(?:가|를)?(?:바뀌|바뀐|바꾸|바꿨|틀|다르)|안계(?:세|신|시|셔)|"
        r"(?:아들|딸|며느리|사위|남편|아내|부인|손자|손녀|엄마|아빠|어머니|아버지|보호자|가족|동생|언니|누나|오빠)"
        r"(?:인데|이에요|예요|에요|입니다|이야|이라)"
    ),
)
_BUSY = r"^(?:저|제가|내가|나|좀|너무|네|예|아)*바(?:빠(?:요|서|$)|쁩니다|쁜데)"

_FIRST: dict[StepKind, tuple[Rule, ...]] = {
    StepKind.GOOD_TIME: (
        _WRONG_PERSON,
        (
            Intent.NO,
            re.compile(
                rf"나중에|다음에|이따|지금(?:은|좀)*(?:안(?!바)|곤란|힘|어렵|바[빠쁘쁩쁜](?!지))|곤란|운전|병원(?:에|이)|회의|"
                rf"통화(?:가|는|를|하기)?(?:어렵|어려|힘들|곤란|못)|안괜찮|괜찮지않|{_BUSY}"
            ),
        ),
    ),
    StepKind.IDENTITY: (
        _WRONG_PERSON,
        (Intent.REFUSE_CALL, re.compile(rf"^(?:싫|됐어|됐습|안해|안합|안할|필요없)|{_BUSY}")),
    ),
    StepKind.HUMAN_WANTED: (
        (
            Intent.NO,
            re.compile(
                r"싶지(?:는|도)?않|하지마|하지말|안(?:해|하셔)도|(?:전화|통화|상담|연락)(?:은|는|을|를|도)?(?:필요없|싫|됐|괜찮|안)"
            ),
        ),
    ),
    StepKind.ANYTHING_ELSE: (
        (
            # Nothing but parting words.
            Intent.NO,
            re.compile(
                r"^(?=.*(?:아니|아닙|아녜|아냐|아뇨|없|괜찮|됐|되었|충분|다했|고마|고맙|감사|수고|끊|안녕히|들어가))(?:"
                r"네|예|응|아니[요오야]?|아니에요|아닙니다|아녜요|아냐|아뇨|이제|이만|그만|뭐|더|더는|다른|또|그밖에|할|하고싶은|말씀?|"
                r"건|거|것|은|는|도|이|가|그런|필요한|특별히|특별한|딱히|별로?|별거|따로|다|전혀|하나도|그것만|그거면|돼요?|됩니다|전화|"
                r"괜찮(?:아요?|습니다|네요)|없(?:어요?|습니다|네요?|지요?|죠|는데요?|다고?)|됐(?:어요?|습니다|네요)|되었습니다|"
                r"충분(?:해요|합니다|히)|다했(?:어요?|습니다)|고마워요?|고맙(?:습니다|네요)|감사(?:해요|합니다|드려요)|"
                r"수고(?:하세요|하셨어요|하셨습니다|하십시오)|끊(?:을게요?|어요|습니다|겠습니다)|안녕히계세요|들어가(?:세요|십시오)"
                r")+$"
            ),
        ),
    ),
}

_COMMON: tuple[Rule, ...] = (
    (
        Intent.WANT_HUMAN,
        re.compile(
            r"(?:사람|상담원|상담사|직원|담당자|복지사|선생님)(?:하고|이랑|랑|한테|과|와|을|를|으로|좀|님|분)*"
            r"(?:바꿔|연결|통화할|(?:통화|얘기|이야기|말|상담)하고싶(?!지)|(?:얘기|이야기|말)할래|불러(?:줘|주|달)|통화시켜|대줘|대주)"
        ),
    ),
    (
        Intent.REFUSE_CALL,
        re.compile(
            r"(?:전화|통화|상담)(?:를|을|는|은|좀|도|이제|다시|그만)*"
            r"(?:하지[마말]|걸지마|그만(?:해|하|둬|둘|할|합|걸|끊)|안할|안하고싶|하기싫|싫[어습다]|안받[을겠]|필요없|끊[을겠읍습]|끊어(?![져졌지질]))|"
            r"(?:^|그만|이만|그럼|이제|네|예|일단)끊(?:을게|어요|습니다|겠|으세요|어$|자|읍시다)|"
            r"^(?:이제|아니|좀)*그만(?:좀)?(?:해|하(?!지)|합|둬|둡|물)|귀찮게|"
            r"(?:^|제가|저|나|네)지금(?:은|좀|너무|많이)*바[빠쁘쁩쁜]|^(?:저는|전|난|나는|별로)?관심(?:이|은)?없"
        ),
    ),
    (
        Intent.REFUSE_QUESTION,
        re.compile(
            r"(?:말|대답|답|얘기|이야기)(?:씀|변)?(?:을|은|는)?"
            r"(?:안하고싶|하고싶지|하기싫|하기좀|하기곤란|안할래|안할게|못하겠|드리기싫|드리고싶지)|"
            r"(?:그건|이건|그런건|그런거|그거|이거)(?:좀|은)?(?:말하기|대답[하못안곤]|곤란|비밀)|"
            r"넘어가(?:요|주|죠|자|세)|넘어갑시다|^패스|다음(?:거|질문|으로)(?:이요|물|넘|가|해|하)|왜물어|몰라도돼|알거없"
        ),
    ),
    (
        Intent.REPEAT_PLEASE,
        re.compile(
            r"다시(?:한번)?(?:좀)?(?:말[씀해하]|얘기|이야기|물어|해주|천천|크게)|한번더(?:말|얘기|해)|(?:못|안)(?:들었|들려|들리|알아들)|"
            r"뭐라[고구](?:요|하|했|그)|무슨(?:말|소리)(?:인지|이|씀|예|에|하)|(?:크게|천천히)(?:좀)?(?:말|얘기|해)|귀가(?:안|잘|어두|먹)"
        ),
    ),
    (
        Intent.UNSURE,
        re.compile(
            r"^(?:그건|그거는?|저도|나도)?(?:글쎄요?|(?:잘)?모르겠\w*|(?:잘)?몰라요?|그냥그래요?|그저그래요?|(?:기억|생각)이?(?:잘)?안나\w*)$"
        ),
    ),
)

_LAST: dict[StepKind, tuple[Rule, ...]] = {
    StepKind.GOOD_TIME: ((Intent.YES, re.compile(r"^(?:네)?(?:괜찮|좋|말씀하|하세요)|안바[빠쁘쁩]|바쁘지(?:는)?않")),),
    StepKind.IDENTITY: (
        (
            Intent.YES,
            re.compile(
                r"^(?:네|예)?(?:접니다|저[예에]요|전데요?|나[예에]요|나요$|난데|나야|(?:제가|내가|저|나)?(?:본인|맞))"
            ),
        ),
    ),
    StepKind.PROBLEM: (
        (
            # Nothing has become better.
            Intent.YES,
            re.compile(
                r"(?:안|못)(?:나았|나아|좋|괜찮|고쳤|고치|해결|[됐돼되됩됨냈갚줄낫])|해결(?:이|은|도)?(?:안|못)|"
                r"(?:나아지|좋아지|괜찮아지|해결되|없어지|줄어들|풀리|괜찮|좋)지(?:가|는|도|를)?(?:않|못|안)|"
                r"별로(?:예|에요|안|좋|나아)"
            ),
        ),
        (
            # Somebody denies the difficulty, or says that it is over.
            Intent.NO,
            re.compile(
                r"(?:안|않)(?:아파|아픕|아프|힘들|불편|그래|그렇|그럽)|(?:아프|힘들|불편하|어렵|외롭|그렇|그러)지(?:가|는|도)?(?:않|안)|"
                r"(?:괜찮아|나아|좋아|없어)(?:졌|진|지고)|해결(?:이|은)?(?:다)?(?:했|됐|되었|돼)|나았|냈|갚았|고쳤|"
                r"이제(?:는)?(?:괜찮|없)|^(?:네|예)?(?:지금은|이젠|이제)?괜찮[아습]|(?:문제|걱정)(?:는|가|은|이)?없"
            ),
        ),
        (
            Intent.YES,
            re.compile(
                r"여전|아직|그대로|똑같|마찬가지|더(?:심|안좋|나빠|아)|심해|계속|힘들|아프|아파|아픕|불편|"
                r"못(?:[가갔하했해합내자잤먹])|안(?:[가갔해합와왔나들먹자])|(?:나아지|나아질)"
            ),
        ),
    ),
    StepKind.HUMAN_WANTED: (
        (Intent.NO, re.compile(r"괜찮|아직은|필요(?:는|가)?없|나중에|다음에|됐")),
        (Intent.YES, re.compile(r"좋겠|해주(?:면|시|세)|연락(?:주|해|좀)|싶|받을게|할게요|할래")),
    ),
    StepKind.ANYTHING_ELSE: (
        # Nothing but a yes; whatever is longer is what was asked for.
        (
            Intent.YES,
            re.compile(
                r"^(?:네|예|응|어|그럼요?|그래요?|있(?:어요?|습니다|지요?|네요?|죠)|하나|좀|또|더|할말|말씀?|이|은)+$"
            ),
        ),
    ),
}

_RULES: dict[StepKind, tuple[Rule, ...]] = {
    kind: (*_FIRST.get(kind, ()), *_COMMON, *_LAST.get(kind, ())) for kind in StepKind
}


def rule_intent(text: str, kind: StepKind) -> Intent | None:
    """Returns what fixed rules make of an utterance in answer to a step; None if they make nothing of it.

    Args:
        text: what the callee said, not empty.
        kind: what was asked.
    """
    stripped = text.strip()
    short = compact(text)
    if _REPEAT_WHOLE.fullmatch(stripped.replace(" ", "")) or _HELLO.fullmatch(short):
        return Intent.REPEAT_PLEASE
    for intent, pattern in _RULES[kind]:
        if pattern.search(short):
            return intent
    if is_question(stripped):
        return Intent.QUESTION
    return None if kind is StepKind.ANYTHING_ELSE else polarity(short)
