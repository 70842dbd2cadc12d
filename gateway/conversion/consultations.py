"""The backend's body as a StartConsultationRequest."""

from datetime import timedelta

from google.protobuf.duration_pb2 import Duration

from calling.v1 import consultation_pb2, consultation_service_pb2, outcome_pb2
from gateway import receive

_MODES = {
    None: consultation_pb2.CONVERSATION_MODE_UNSPECIFIED,
    "turn_by_turn": consultation_pb2.CONVERSATION_MODE_TURN_BY_TURN,
    "stream": consultation_pb2.CONVERSATION_MODE_STREAM,
}


def start_request(
    payload: receive.ReceivePayload, request_id: str
) -> consultation_service_pb2.StartConsultationRequest:
    """Returns the request; `request_id` makes it repeatable without a second call."""
    return consultation_service_pb2.StartConsultationRequest(
        request_id=request_id,
        person=_person(payload),
        question_set_id=payload.q_id,
        session_index=payload.s_index,
        account_id=payload.account_id,
        questions=[_question(question) for question in payload.question_list],
        known_vulnerabilities=_vulnerabilities(payload.vulnerabilities),
        frequent_questions=[
            consultation_pb2.FrequentQuestion(question=entry.question, answer=entry.answer)
            for entry in payload.faq_list
        ],
        dialling=_dialling(payload),
        listening=_listening(payload.listening),
    )


def _person(payload: receive.ReceivePayload) -> consultation_pb2.Person:
    return consultation_pb2.Person(
        person_id=payload.vulnerable_id,
        name=payload.name,
        phone=payload.phone,
        gender=payload.gender,
        birth_date=payload.birth_date,
        address=_address(payload.address),
    )


def _address(address: receive.Address | None) -> consultation_pb2.Address | None:
    if address is None:
        return None
    return consultation_pb2.Address(
        state=address.state, city=address.city, address1=address.address1, address2=address.address2
    )


def _dialling(payload: receive.ReceivePayload) -> consultation_pb2.DiallingOptions | None:
    if not payload.hand_over_phone and payload.conversation_mode is None:
        return None
    return consultation_pb2.DiallingOptions(
        hand_over_phone=payload.hand_over_phone,
        conversation_mode=_MODES[payload.conversation_mode],
    )


def _listening(listening: receive.Listening | None) -> consultation_pb2.ListeningOptions | None:
    if listening is None or listening.silence_timeout_seconds is None:
        return None
    silence_timeout = Duration()
    silence_timeout.FromTimedelta(timedelta(seconds=listening.silence_timeout_seconds))
    return consultation_pb2.ListeningOptions(silence_timeout=silence_timeout)


def _question(question: receive.Question) -> consultation_pb2.Question:
    return consultation_pb2.Question(
        text=question.text,
        expected_answers=[
            consultation_pb2.ExpectedAnswer(
                text=answer.text, responses=[_response(response) for response in answer.response_type_list]
            )
            for answer in question.expected_answer
        ],
    )


def _response(response: receive.Response) -> outcome_pb2.ResponseCode:
    index = response.response_index
    match response.response_type:
        case 0:
            return outcome_pb2.ResponseCode(exception=outcome_pb2.ExceptionCode.ValueType(index))
        case 1:
            return outcome_pb2.ResponseCode(risk=outcome_pb2.RiskCode.ValueType(index))
        case 2:
            return outcome_pb2.ResponseCode(desire=outcome_pb2.DesireCode.ValueType(index))
        case _:
            return outcome_pb2.ResponseCode(in_depth=outcome_pb2.InDepthCode.ValueType(index))


def _vulnerabilities(known: receive.Vulnerabilities) -> outcome_pb2.Vulnerabilities:
    return outcome_pb2.Vulnerabilities(
        risks=[
            outcome_pb2.Risk(
                codes=[outcome_pb2.RiskCode.ValueType(index) for index in risk.risk_index_list], content=risk.content
            )
            for risk in known.risk_list
        ],
        desires=[
            outcome_pb2.Desire(
                codes=[outcome_pb2.DesireCode.ValueType(index) for index in desire.desire_type], content=desire.content
            )
            for desire in known.desire_list
        ],
    )
