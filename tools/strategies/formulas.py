"""Conditions and terms written as one line of text: `RSI(14) < 30 and close > SMA(200) * 1.02`, to their JSON."""

from functools import lru_cache
from typing import Final

from lark import Lark, LarkError, Transformer, v_args
from lark.lexer import Token
from pydantic import JsonValue

_GRAMMAR: Final = r"""
?start: either
?either: both (_OR both)*                                  -> any_of
?both: no (_AND no)*                                       -> all_of
?no: _NOT no -> opposite | chain
?chain: sum | sum OP sum -> compared
?sum: product | sum PLUS product -> arithmetic
?product: signed | product TIMES signed -> arithmetic
?signed: "-" NUMBER -> negative | named
?named: NUMBER -> number
      | NAME -> name
      | NAME "(" [either ("," either)*] ")" -> call
      | named "." NAME -> output
      | named "[" "-"? NUMBER "]" -> offset
      | "(" either ")"
_OR.2: /\|\||\bor\b/i
_AND.2: /&&|\band\b/i
_NOT.2: /\bnot\b|!(?!=)/i
OP.2: />=|<=|==|>|<|\b(?:crosses|crossed|cross)[_ ](?:above|below|over|under)\b/i
PLUS: "+" | "-"
TIMES: "*" | "/"
NAME: /[A-Za-z_]\w*/
NUMBER: /\d+(\.\d+)?|\.\d+/
%ignore /\s+/
"""


@v_args(inline=True)
class _ToJson(Transformer[Token, JsonValue]):
    """Calls become `{"call": name, "arguments": [...]}`, names `{"called": name}`; `spellings.py` knows what they are."""

    def number(self, said: Token) -> JsonValue:
        return float(said) if "." in said else int(said)

    def negative(self, said: Token) -> JsonValue:
        value = self.number(said)
        return -value if isinstance(value, int | float) else value

    def name(self, said: Token) -> JsonValue:
        return {"called": str(said)}

    def call(self, said: Token, *arguments: JsonValue) -> JsonValue:
        return {"called": str(said), "arguments": [one for one in arguments if one is not None]}

    def output(self, term: JsonValue, said: Token) -> JsonValue:
        return {**term, "output": str(said)} if isinstance(term, dict) else term

    def offset(self, term: JsonValue, bars: Token) -> JsonValue:
        return {**term, "offset": int(float(bars))} if isinstance(term, dict) else term

    def arithmetic(self, left: JsonValue, op: Token, right: JsonValue) -> JsonValue:
        return {"type": "arithmetic", "op": str(op), "left": left, "right": right}

    def compared(self, left: JsonValue, op: Token, right: JsonValue) -> JsonValue:
        return {"op": str(op).lower().replace(" ", "_"), "left": left, "right": right}

    def opposite(self, inner: JsonValue) -> JsonValue:
        return {"type": "not", "condition": inner}

    def all_of(self, *parts: JsonValue) -> JsonValue:
        return parts[0] if len(parts) == 1 else {"type": "all", "conditions": list(parts)}

    def any_of(self, *parts: JsonValue) -> JsonValue:
        return parts[0] if len(parts) == 1 else {"type": "any", "conditions": list(parts)}


@lru_cache(maxsize=1)
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr")


def read(text: str) -> JsonValue:
    """The formula as JSON; None where it is no formula."""
    try:
        read: JsonValue = _ToJson().transform(_parser().parse(text))
    except LarkError:
        return None
    return read
