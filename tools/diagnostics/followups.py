"""What is asked that needs no new diagnosis, most of it in the thread of one, by its words."""

import re
from typing import Final, Literal

FollowUp = Literal[
    "details", "unchecked", "since", "why", "next", "again", "runbook", "runbooks", "oncall", "incidents"
]

_FORMS: Final[tuple[tuple[FollowUp, str], ...]] = (
    ("oncall", r"\bwho(?:'s| is|s)? (?:is )?(?:the )?on[- ]?call\b|\bwho(?:m)? (?:do|should|can|shall) (?:i|we) (?:call|wake|page|ask|contact|ring|escalate)"),
    ("incidents", r"\b(?:open|any|current|ongoing|list|show|unsolved|which|what)\b(?: \w+){0,3} incidents?\b(?! (?:since|last|this|in|per))|^\W*incidents?\W*$"),
    ("runbooks", r"(?:show|list|which|what|all)(?: (?:me|all|the|your|our|are|there|do|you|have|we))* (?:runbooks|playbooks)|^\W*(?:runbooks|playbooks)\W*$"),
    ("runbook", r"\b(?:runbook|playbook)\b"),
    ("unchecked", r"\bnot (?:check|look|cover|verif)\w*|\bdid(?:n't| not) (?:you )?(?:check|look)|\bwhat (?:else )?(?:did|have) you (?:skip|miss|leave)|\bleft out\b"),
    ("since", r"\bsince when\b|\bwhen did (?:it|this|that) (?:start|begin|happen|break|fail|stop)|\bhow long (?:has|is|was)\b(?: \w+){0,3} (?:been|like|going|down|broken|stale)|^\W*(?:since|how long)\W*\??$"),
    ("next", r"\bnext step\b|\bwhat (?:should|do|can|shall) (?:i|we) do\b|\bwhat now\b|\bhow (?:do|can|should) (?:i|we) (?:fix|mend|solve|resolve|repair)\b|^\W*(?:next|done|ok(?:ay)?,? done|done,? (?:step )?\w+|step \d+(?: (?:is )?done)?|continue|go on)\W*$|\bdid(?:n't| not) help\b|\b(?:that )?(?:did|does) nothing\b"),
    ("again", r"\b(?:check|look|try|test|run (?:it|that|them)?) again\b|\bre-?check\b|^\W*(?:again|still \w+|and now|now|any (?:change|better|news)|is it (?:fixed|back|better|up|ok)\w*(?: now)?|better now|fixed yet)\W*$"),
    ("details", r"\b(?:details?|evidence|more (?:info\w*|please)?|show (?:me )?(?:more|everything|the (?:raw|output))|raw output|what did you (?:check|find|run|ask)|how do you know|are you sure|prove it|sources?)\b"),
    ("why", r"^\W*(?:but |and |so |ok )?(?:why|how come|what caused (?:it|this|that)|what is the (?:root )?cause|root cause|what's the (?:root )?cause)(?: (?:is|was) (?:that|it|this))?\W*$"),
)  # fmt: skip


_ANYWHERE: Final = frozenset({"runbook", "runbooks", "oncall", "incidents"})


def follow_up(text: str, *, in_thread: bool) -> FollowUp | None:
    """Which of them a text is; outside the thread of a diagnosis only what needs none."""
    for kind, pattern in _FORMS:
        if re.search(pattern, text.strip(), re.IGNORECASE):
            return kind if in_thread or kind in _ANYWHERE else None
    return None


def step_said(text: str) -> int | None:
    """The step that is named: "done, step 2" is 2."""
    found = re.search(r"\bstep (\d{1,2})\b", text, re.IGNORECASE)
    return int(found[1]) if found else None
