"""Reads a scenario file that somebody wrote, and says by line what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import ValidationError

from shim.dualrun.errors import SessionInvalid
from shim.dualrun.record.errors import ScenarioInvalid
from shim.dualrun.record.identity import Identity
from shim.dualrun.record.scenario import Advance, Close, Connect, Expect, Pairs, Resume, Send, Session, Step
from shim.dualrun.record.scenario_mistakes import did_you_mean, explained
from shim.dualrun.record.scenario_model import (
    AdvanceModel,
    ClientModel,
    CloseModel,
    ConnectModel,
    ExpectModel,
    ResumeModel,
    ScenarioModel,
    SendModel,
    SessionModel,
    SpoofModel,
    StepModel,
    TriggerModel,
    WaitForModel,
)
from shim.dualrun.record.spoof import Spoof
from shim.dualrun.record.trigger import Trigger
from shim.dualrun.record.variables import VariableMissing, with_variables
from shim.dualrun.record.yaml_nodes import Document, Place


def read_scenario(
    path: Path, *, environment: Mapping[str, str], identities: Mapping[str, Identity]
) -> tuple[Session, ...]:
    """`environment`: what `${NAME}` in handshakes takes. `identities`: by name, for clients that name one.

    Raises RecordingUnreadable or ScenarioInvalid.
    """
    document = Document(path)
    try:
        model = ScenarioModel.model_validate(document.value)
    except ValidationError as error:
        place, problem = explained(error.errors(include_url=False)[0])
        raise ScenarioInvalid(path, document.line_of(place), problem) from None
    return tuple(_Builder(path, document, model, environment, identities).sessions())


class _Builder:
    def __init__(
        self,
        path: Path,
        document: Document,
        model: ScenarioModel,
        environment: Mapping[str, str],
        identities: Mapping[str, Identity],
    ) -> None:
        self._path, self._document, self._model = path, document, model
        self._environment, self._identities = environment, identities

    def sessions(self) -> Iterator[Session]:
        names: set[str] = set()
        for index, session in enumerate(self._model.sessions):
            place: Place = ("sessions", index)
            if session.name in names:
                raise self._invalid((*place, "name"), f"there are two sessions {session.name!r}")
            names.add(session.name)
            yield self._session(session, place)

    def _session(self, model: SessionModel, place: Place) -> Session:
        steps = [self._step(step, (*place, "steps", index)) for index, step in enumerate(model.steps)]
        try:
            return Session(model.name, tuple(steps))
        except SessionInvalid as error:
            raise self._invalid((*place, "steps", error.step), error.problem) from None

    def _step(self, model: StepModel, place: Place) -> Step:  # noqa: PLR0911 - one line a kind
        match model:
            case ConnectModel():
                headers, query, refused = self._handshake(model, place)
                return Connect(model.connect, headers, query, refused)
            case SendModel():
                return Send(model.send, self._text(model.message, place), model.route)
            case ExpectModel():
                return Expect(model.expect, json.dumps(model.message), model.within_s)
            case WaitForModel():
                return Expect(model.wait_for, json.dumps(model.message), model.within_s, required=False)
            case ResumeModel():
                return Resume(model.resume)
            case CloseModel():
                return Close(model.close)
            case AdvanceModel():
                return Advance(model.advance_s)
            case TriggerModel():
                return Trigger(model.trigger, model.kind, self._text(model.event, place))
            case SpoofModel():
                return Spoof(model.spoof, model.credential, self._text(model.message, place), model.route)

    def _text(self, message: object, place: Place) -> str:
        text = message if isinstance(message, str) else json.dumps(message, ensure_ascii=False)
        try:
            text.encode()
        except UnicodeEncodeError:
            raise self._invalid(place, "the message has half a surrogate pair, which UTF-8 can't carry") from None
        return text

    def _handshake(self, model: ConnectModel, place: Place) -> tuple[Pairs, Pairs, bool | None]:
        client = self._model.clients.get(model.connect) or ClientModel()
        identity = Identity(model.connect)
        of_client: Place = ("clients", model.connect)
        if client.identity is not None:
            known = self._identities.get(client.identity)
            if known is None:
                hint = did_you_mean(client.identity, self._identities)
                problem = f"no [[verify.identity]] is called {client.identity!r}{hint}"
                raise self._invalid((*of_client, "identity"), problem)
            identity = known
        refused = model.refused if model.refused is not None else (True if identity.refused else None)
        return (
            self._pairs(dict(identity.headers), client.headers, model.headers, of_client, place, "headers"),
            self._pairs(dict(identity.query), client.query, model.query, of_client, place, "query"),
            refused,
        )

    def _pairs(
        self,
        known: dict[str, str],
        of_client: dict[str, str],
        of_step: dict[str, str],
        client: Place,
        step: Place,
        what: str,
    ) -> Pairs:
        found = dict(known)
        for texts, place in ((of_client, client), (of_step, step)):
            for name, text in texts.items():
                try:
                    found[name] = with_variables(text, self._environment)
                except VariableMissing as error:
                    raise self._invalid((*place, what, name), str(error)) from None
        return tuple(found.items())

    def _invalid(self, place: Place, problem: str) -> ScenarioInvalid:
        return ScenarioInvalid(self._path, self._document.line_of(place), problem)
