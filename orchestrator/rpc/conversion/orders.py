"""What a backend orders, into the domain."""

from __future__ import annotations

from calling.v1 import consultation_pb2, consultation_service_pb2
from orchestrator.domain.brief import Address, Brief, ConversationMode, Dialling, Listening, Person
from orchestrator.domain.codes import ResponseType
from orchestrator.domain.problem import Problem
from orchestrator.domain.question import ExpectedAnswer, FrequentQuestion, Question
from orchestrator.rpc.conversion.codes import response_code
from orchestrator.rpc.validation import phone_number

_MODES = {
    consultation_pb2.CONVERSATION_MODE_TURN_BY_TURN: ConversationMode.TURN_BY_TURN,
    consultation_pb2.CONVERSATION_MODE_STREAM: ConversationMode.STREAM,
}


def brief(request: consultation_service_pb2.StartConsultationRequest) -> Brief:
    """Returns what a checked StartConsultationRequest orders; its plan is not made yet."""
    return Brief(
        person=_person(request.person),
        question_set_id=request.question_set_id,
        session_index=request.session_index,
        account_id=request.account_id if request.HasField("account_id") else None,
        questions=tuple(_question(question) for question in request.questions),
        problems=(
            *(Problem(ResponseType.RISK, tuple(r.codes), r.content) for r in request.known_vulnerabilities.risks),
            *(Problem(ResponseType.DESIRE, tuple(d.codes), d.content) for d in request.known_vulnerabilities.desires),
        ),
        frequent_questions=tuple(FrequentQuestion(f.question, f.answer) for f in request.frequent_questions),
        dialling=_dialling(request.dialling),
        listening=_listening(request.listening),
    )


def _person(person: consultation_pb2.Person) -> Person:
    address = person.address
    return Person(
        person_id=person.person_id,
        name=person.name.strip(),
        phone=phone_number(person.phone) or "",
        gender=person.gender,
        birth_date=person.birth_date,
        address=Address(address.state, address.city, address.address1, address.address2),
    )


def _question(question: consultation_pb2.Question) -> Question:
    return Question(
        question.text,
        tuple(
            ExpectedAnswer(answer.text, tuple(response_code(response) for response in answer.responses))
            for answer in question.expected_answers
        ),
    )


def _dialling(options: consultation_pb2.DiallingOptions) -> Dialling:
    default = Dialling()
    ring_timeout = int(options.ring_timeout.ToTimedelta().total_seconds()) or default.ring_timeout
    time_limit = int(options.time_limit.ToTimedelta().total_seconds()) or default.time_limit
    mode = _MODES.get(options.conversation_mode)
    return Dialling(ring_timeout, time_limit, phone_number(options.hand_over_phone) or "", mode)


def _listening(options: consultation_pb2.ListeningOptions) -> Listening:
    if not options.HasField("silence_timeout"):
        return Listening()
    return Listening(options.silence_timeout.ToTimedelta().total_seconds())
