"""What people see of a consultation in the terminal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal

from rich.console import Console, Group
from rich.json import JSON
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import RenderableType

    from gateway.views import (
        AlarmView,
        AttemptView,
        ConsultationView,
        EventView,
        FindingView,
        NewProblemView,
        OutcomeView,
        SummaryView,
        TimingsView,
        TurnView,
        UndeliveredView,
        UnderstandingView,
    )

console = Console(highlight=False)
"""What a command was asked for goes to stdout; errors go to stderr."""

_SPEAKERS = {"agent": ("AI", "cyan"), "callee": ("callee", "yellow")}
_STATES = {
    "scheduled": "accepted",
    "dialling": "dialling",
    "ringing": "the phone rings",
    "in_progress": "answered",
    "summarising": "the call is over; making the summary",
    "completed": "completed",
    "failed": "the consultation was not possible",
    "cancelled": "cancelled",
}
_Part = Literal["recording", "speech_to_text", "matching", "language_model", "text_to_speech", "total"]
_PARTS: tuple[tuple[_Part, str], ...] = (
    ("recording", "fetch"),
    ("speech_to_text", "STT"),
    ("matching", "match"),
    ("language_model", "LLM"),
    ("text_to_speech", "TTS"),
    ("total", "all"),
)


def print_json(value: object) -> None:
    """Prints JSON: one line for other programs, many for people."""
    if console.is_terminal:
        console.print(JSON.from_data(value, ensure_ascii=False))
    else:
        print(json.dumps(value, ensure_ascii=False), flush=True)


def event(view: EventView) -> RenderableType:
    """Returns how an event of a watch looks."""
    match view["type"]:
        case "state_changed":
            return _state(view["consultation"])
        case "turn_taken":
            return _turns([view["turn"]])
        case "delivery_attempted":
            return attempt(view["attempt"])
        case "alarm_changed":
            return alarm(view["alarm"])
        case _:
            return Text("(something this version does not know)", style="dim")


def alarm(view: AlarmView) -> Text:
    """Returns how an alarm stands: red until somebody has taken it over."""
    observers = " and ".join(map(_words, view["noticed_by"]))
    text = f"▲ DANGER {view['number']}: {_words(view['danger_kind'])} (turn {view['turn']}, noticed by {observers})"
    if view["acknowledged_by"]:
        return Text(f"{text}: taken over by {view['acknowledged_by']}", style="bold green")
    told = view["notification_count"]
    passed_on = ", and passed on" if view["escalate_time"] else ""
    stands = f"told {told} time{'s' * (told != 1)}{passed_on}, taken over by nobody" if told else "nobody was told yet"
    return Text(f"{text}: {stands}", style="bold white on red")


def transcript(turns: Sequence[TurnView]) -> RenderableType:
    """Returns all turns, each with where the words come from and how long the work took."""
    return _turns(turns) if turns else Text("Nothing was said yet.", style="dim")


def summary(view: SummaryView) -> RenderableType:
    """Returns the summary, the outcome, and what became of each question."""
    outcome = view["outcome"]
    facts = _facts(outcome) | {"written by": _words(view["source"])}
    problems = [_new_problem(problem) for problem in outcome["new_problems"]]
    panel = Panel(Text(view["summary"]), title="Summary", title_align="left")
    return Group(panel, pairs(facts), *problems, Text(), _findings(outcome["findings"]))


def result(body: object) -> RenderableType:
    """Returns a result as the backend received it."""
    text = JSON.from_data(body, ensure_ascii=False).text
    text.no_wrap, text.overflow = False, "fold"
    return Panel(text, title="The result, as the backend received it", title_align="left")


def pairs(facts: Mapping[str, str]) -> Table:
    """Returns names and values in two columns."""
    table = Table.grid(padding=(0, 2))
    for name, value in facts.items():
        table.add_row(Text(name, style="dim"), Text(value, overflow="fold"))
    return table


def timings(view: TimingsView) -> str:
    """Returns e.g. `STT 85 · match 1 · TTS 40 · all 190 ms`; parts that were not needed are left out."""
    parts = [f"{label} {view[part]:.0f}" for part, label in _PARTS if part in view]
    return f"{' · '.join(parts)} ms" if parts else ""


def _state(consultation: ConsultationView) -> Text:
    state = consultation["state"]
    text = _STATES.get(state, _words(state))
    if state == "dialling":
        text += f" {consultation['masked_phone']}"
    if consultation["dial_failure"]:
        text += f" ({_words(consultation['dial_failure'])})"
    return Text(f"● {text}", style={"failed": "bold red", "completed": "bold green"}.get(state, "bold"))


def undelivered(results: Sequence[UndeliveredView]) -> Table:
    """Returns results that were given up, each with why."""
    table = Table("consultation", "why", "answer", "tries", "first", "last", box=None)
    for result in results:
        table.add_row(
            result["consultation"]["consultation_id"],
            _words(result["failure"] or "unknown"),
            str(result["http_status"] or "none"),
            str(result["attempt_count"]),
            result["first_attempt_time"] or "",
            result["last_attempt_time"] or "",
        )
    return table


def attempt(attempt: AttemptView) -> Text:
    """Returns a try to deliver a result."""
    answer = (
        f"the backend answered {attempt['http_status']}" if attempt["http_status"] else "the backend did not answer"
    )
    if attempt["failure"]:
        answer += f" ({_words(attempt['failure'])})"
    again = f"; again at {attempt['next_attempt_time']}" if attempt["next_attempt_time"] else ""
    text = f"● delivery {attempt['number']}: {answer}: {_words(attempt['delivery'] or 'pending')}{again}"
    return Text(text, style="bold green" if attempt["delivery"] == "delivered" else "bold red")


def _turns(turns: Sequence[TurnView]) -> Table:
    table = Table.grid(padding=(0, 1))
    table.add_column(width=3, justify="right", style="dim")
    table.add_column(width=6)
    table.add_column(overflow="fold")
    for turn in turns:
        name, colour = _SPEAKERS.get(turn["speaker"], (turn["speaker"], "white"))
        confidence = f" {turn['confidence']:.2f}" if "confidence" in turn else ""
        meant = _meant(turn["understanding"]) if "understanding" in turn else ""
        work = f"{_words(turn['source'])}{confidence}{meant}  {timings(turn['timings_ms'])}".rstrip()
        table.add_row(str(turn["turn"]), Text(name, style=colour), Text(turn["text"] or "…"))
        table.add_row("", "", Text(work, style="dim"))
    return table


def _meant(understanding: UnderstandingView) -> str:
    danger = f" {_words(understanding['danger_kind'])}" if understanding["danger_kind"] else ""
    return f" → {_words(understanding['intent'])}{danger} ({_words(understanding['layer'])})"


def _facts(outcome: OutcomeView) -> dict[str, str]:
    facts = {
        "result": outcome["result"]["name"] if outcome["result"] else "none yet",
        "fail code": "{code} {name}".format(**outcome["fail_code"]),
        "need human": "{code} {name}".format(**outcome["need_human"]),
        "identified": "yes" if outcome["identified"] else "no",
        "recording": _words(outcome["recording_consent"] or "not asked"),
    }
    if wish := outcome["call_back"]:
        since = f" (from {wish['not_before']})" if wish["not_before"] else ""
        facts["call back"] = f"{wish['quote']}{since}"
    return facts


def _new_problem(problem: NewProblemView) -> Text:
    degrees = {name: problem[name] for name in ("urgency", "daily_life", "help")}
    told = ", ".join(f"{_words(name)} {degree}" for name, degree in degrees.items() if degree is not None)
    text = f"new problem: {problem['content']}{f' ({told})' if told else ''}{', grave' if problem['grave'] else ''}"
    return Text(text, style="bold red" if problem["grave"] else "")


def _findings(findings: Sequence[FindingView]) -> Table:
    table = Table("asked", "became", "in their words", "turn", "means", box=None, header_style="dim")
    for finding in findings:
        codes = [f"{each['response_type']['name']} {each['response_index']['name']}" for each in finding["responses"]]
        solved = {True: "solved", False: "not solved", None: ""}[finding["solved"]]
        became, turn = _words(finding["state"]), str(finding["turn"] or "")
        cells = (finding["text"], became, finding["quote"], turn, ", ".join(codes) or solved)
        table.add_row(*map(Text, cells))
    return table


def _words(name: str) -> str:
    return name.replace("_", " ")
