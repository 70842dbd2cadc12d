"""What is gone through before the first call."""

from orchestrator.dialogue.call.rehearsal import rehearse
from orchestrator.dialogue.interview.comprehension import Comprehension
from orchestrator.dialogue.language_model.second_opinion import SecondOpinion
from orchestrator.dialogue.understanding.matching import Matching
from orchestrator.dialogue.understanding.sentences import Sentences
from orchestrator.dialogue.understanding.understand import Understanding
from tests.fakes.institution import institution
from tests.fakes.language_model import ScriptedLanguageModel
from tests.fakes.sentence_encoder import ScriptedSentenceEncoder


async def test_an_answer_is_understood_and_no_language_model_is_asked() -> None:
    encoder, model = ScriptedSentenceEncoder(), ScriptedLanguageModel("네.")
    sentences = Sentences(encoder)
    comprehension = Comprehension(Understanding(Matching(sentences), sentences), SecondOpinion(model))
    await rehearse(comprehension, institution())
    assert encoder.encoded
    assert model.asked == []
    assert model.completed == []
