"""What Whisper "hears" in noise and silence: sentences of the subtitles it learned Korean from."""

import re
from typing import Final

_NOT_A_LETTER: Final = re.compile(r"[\W_]+")

# Compared without spaces and punctuation, against the whole text: within a longer answer the same words may be real.
_KNOWN: Final = re.compile(
    r"(오늘도|지금까지|영상)?(끝까지)?(시청|구독)해?주셔서(정말|대단히)?(감사합니다|고맙습니다)"
    r"|(구독(과|하고)?|좋아요(와|랑)?|알림설정(까지)?|댓글(과)?)+(은|도)?(꼭)?(부탁드립니다|부탁드려요|눌러주세요)"
    r"|다음(영상|시간|주)에(서)?(또)?(만나요|뵙겠습니다|봐요)"
    r"|(mbc|kbs|sbs|ytn|jtbc)뉴스[가-힣]{2,10}입니다"
    r"|(한글)?자막(제공|제작|by)[\w]*"
    r"|이영상은유료광고를포함하고있습니다",
    re.IGNORECASE,
)


def is_hallucination(text: str) -> bool:
    """Says whether a recognised text is one that Whisper is known to make up."""
    return _KNOWN.fullmatch(_NOT_A_LETTER.sub("", text)) is not None
