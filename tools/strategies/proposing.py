"""Drafting with a model: asked only where the grammar cannot place a request, and held to what was said.

The grammar's answer stands where it has one, and what it refuses is refused. Else the model proposes; the proposal is
validated like any draft and compared with the request. What it copies wrongly, invents or drops goes back to it once;
after that the grammar's question is asked.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from tools.errors import Problem
from tools.strategies.drafting import Draft, Drafter
from tools.strategies.fidelity import unfaithful
from tools.strategies.language.draft import Read
from tools.strategies.loading import BadSpecification, load
from tools.strategies.meaning import contradictions
from tools.strategies.proposals import ProposedStrategy, Proposes, to_json
from tools.strategies.spec import Specification

_TRIES = 2


@dataclass(frozen=True, slots=True)
class Proposer:
    """`name` is the model and its prompt's version, as drafts of it are marked."""

    name: str
    ask: Proposes


@dataclass(frozen=True, slots=True)
class ModelDrafter:
    """`proposer` gives that of this moment, so that a prompt rolled back is out of use at once; None without a model."""

    drafter: Drafter
    proposer: Callable[[], Proposer] | None = None

    async def draft(self, text: str) -> Draft:
        """The draft, by rules or by the model. Never raises for any text."""
        draft = await asyncio.to_thread(self.drafter.draft, text)
        if draft.status != "clarify" or self.proposer is None or not draft.read.unplaced:
            return draft
        try:
            proposer = await asyncio.to_thread(self.proposer)
            proposed = await self._proposed(text, draft, proposer)
        except Problem:
            return draft
        return replace(proposed, writer=proposer.name) if proposed is not None else draft

    async def _proposed(self, text: str, draft: Draft, proposer: Proposer) -> Draft | None:
        findings: Sequence[str] = ()
        for _ in range(_TRIES):
            slots = {"request": text, "unplaced": list(draft.read.unplaced), "findings": list(findings)}
            proposal = await proposer.ask(slots)
            specification, findings = await asyncio.to_thread(self._judged, text, proposal)
            if specification is not None:
                read = Read("ok", text, specification, ("a model read this; compare it with what you asked",))
                tried = await asyncio.to_thread(self.drafter.tried, self.drafter.named(read))
                return tried if tried.status == "ok" else None
        return None

    def _judged(self, text: str, proposal: ProposedStrategy) -> tuple[Specification | None, Sequence[str]]:
        """The specification where it is valid and as asked; else what is wrong with it."""
        if proposal.question:
            return None, ("You asked a question; draft what was said, or leave entry empty.",)
        if not proposal.entry:
            return None, ("There is no entry.",)
        reader = self.drafter.reader
        try:
            specification = load(to_json(proposal, reader.usual_symbol), self.drafter.templates)
        except BadSpecification as error:
            return None, error.reasons
        wrong = contradictions(specification, self.drafter.templates)
        wrong += unfaithful(reader.reading(text), specification, self.drafter.templates, reader.usual_symbol)
        return (None, wrong) if wrong else (specification, ())
