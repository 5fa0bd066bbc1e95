"""What no piece of a message took: small words that may be set aside, and words that have to be asked about."""

from tools.strategies.language.kinds import SOFT
from tools.strategies.language.tokens import Token
from tools.strategies.language.trees import Node, tokens

_JOINING = frozenset("AND OR WHEN WHILE WITH BUT".split())
_WORDS_OF_RULES = frozenset(
    "CLOSE OPEN HIGH LOW PRICE RANGE RISE FALL UP DOWN RETURN MOMENTUM TOP BOTTOM BREAK BREAKOUT PULLBACK".split()
)
MARKS = frozenset("COMMA DOT SEMI COLON DASH LP RP".split())


def stretches_of_junk(pieces: list[Node]) -> list[list[Token]]:
    """Tokens that no piece took, with the separators between and before them."""
    found: list[list[Token]] = []
    pending: list[Token] = []
    junk = False
    for piece in [*pieces, None]:
        if piece is not None and piece.data in {"junk", "separator"}:
            pending += tokens(piece)
            junk = junk or piece.data == "junk"
            continue
        if junk:
            found.append(pending)
        pending, junk = [], False
    return found


def may_be_dropped(stretch: list[Token]) -> bool:
    """Whether nothing a rule could need is lost with these tokens."""
    spoken = {token.kind for token in stretch}
    if not spoken <= SOFT:
        return False
    joined = next((at for at, token in enumerate(stretch) if token.kind in _JOINING), len(stretch))
    return not any(token.kind in _WORDS_OF_RULES for token in stretch[joined:])
