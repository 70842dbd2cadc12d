"""Requests to test with."""

from __future__ import annotations

from calling.v1 import consultation_service_pb2 as pb
from calling.v1 import outcome_pb2


def start_request(request_id: str = "") -> pb.StartConsultationRequest:
    """A request in which every field is set."""
    request = pb.StartConsultationRequest(
        request_id=request_id, question_set_id="q-3", session_index=2, account_id="operator-1"
    )
    person = request.person
    person.person_id, person.name, person.phone = "v-17", "홍길동", "010-1234-5678"
    person.gender, person.birth_date = "M", "1941-03-02"
    person.address.state, person.address.city = "서울특별시", "종로구"
    person.address.address1, person.address.address2 = "세종대로 1", "101호"
    question = request.questions.add(text="요즘 식사는 잘 하고 계세요?")
    question.expected_answers.add(text="네, 잘 먹어요")
    poorly = question.expected_answers.add(text="아니요, 잘 못 먹어요")
    poorly.responses.add(risk=outcome_pb2.RISK_CODE_HEALTH)
    poorly.responses.add(desire=outcome_pb2.DESIRE_CODE_HEALTH)
    poorly.responses.add(in_depth=outcome_pb2.IN_DEPTH_CODE_REQUESTED)
    poorly.responses.add(exception=outcome_pb2.EXCEPTION_CODE_IMPROPER_ANSWERS)
    request.questions.add(text="집은 따뜻하세요?")
    request.known_vulnerabilities.risks.add(codes=[1, 7], content="난방비가 밀려 있음")
    request.known_vulnerabilities.desires.add(codes=[5], content="말벗이 필요함")
    request.frequent_questions.add(question="이거 돈 드나요?", answer="아니요, 무료예요.")
    request.dialling.ring_timeout.seconds = 30
    request.dialling.time_limit.seconds = 600
    request.listening.silence_timeout.seconds, request.listening.silence_timeout.nanos = 6, 500_000_000
    return request
