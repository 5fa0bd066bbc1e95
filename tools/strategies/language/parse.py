"""Tokens to a tree by the grammar: Earley, so that every reading is weighed, and the best one is kept."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from lark import Lark, Tree
from lark import Token as Leaf
from lark.common import LexerConf, ParserConf
from lark.grammar import NonTerminal, Rule, Symbol
from lark.lexer import Lexer
from lark.parsers.earley import Parser

from tools.strategies.language.tokens import Token

_GRAMMAR = [Path(__file__).with_name(name) for name in ("grammar.lark", "conditions.lark", "terms.lark")]
_TERMINAL = re.compile(r"\b[A-Z][A-Z_]+\b")


class _Given(Lexer):
    """The tokens are made already."""

    def __init__(self, _: object) -> None:
        pass

    def lex(self, lexer_state: object, parser_state: object = None) -> Iterator[Leaf]:
        """None: the parser below is given its tokens."""
        return iter(())


class _Ahead(dict[NonTerminal, list[Rule]]):
    """The rules to predict for a symbol: those that can begin with the next token and use only tokens that occur.

    A symbol is predicted once a position. Lark tries every rule everywhere, thirty times slower on this grammar.
    """

    def __init__(self, rules: Iterable[Rule], first: dict[Symbol, set[Symbol]]) -> None:
        super().__init__()
        self._first = {symbol: frozenset(one.name for one in starts) for symbol, starts in first.items()}
        self._of: dict[NonTerminal, list[Rule]] = defaultdict(list)
        for rule in rules:
            self._of[rule.origin].append(rule)
        self._uses = {rule: frozenset(one.name for one in rule.expansion if one.is_term) for rule in rules}
        self._present: frozenset[str] = frozenset()
        self._usable: dict[tuple[NonTerminal, str], list[Rule]] = {}
        self._done: set[NonTerminal] = set()
        self._following = ""

    def message(self, kinds: Iterable[str]) -> None:
        """A new message with these kinds of tokens."""
        self._present, self._usable = frozenset(kinds), {}

    def at(self, following: str) -> None:
        """A new position, before a token of this kind."""
        self._following = following
        self._done = set()

    def __getitem__(self, symbol: NonTerminal) -> list[Rule]:
        if symbol in self._done:
            return []
        self._done.add(symbol)
        key = (symbol, self._following)
        if key not in self._usable:
            self._usable[key] = [
                rule
                for rule in self._of[symbol]
                if self._following in self._first[rule.expansion[0]] and self._uses[rule] <= self._present
            ]
        return self._usable[key]


class _Parser(Parser):
    """Lark's Earley parser with one token of lookahead: the grammar has no empty rules, so nothing is lost."""

    def __init__(self, lexer_conf: LexerConf, parser_conf: ParserConf) -> None:
        super().__init__(lexer_conf, parser_conf, lambda term, token: term.name == token.type)
        self.predictions: _Ahead = _Ahead(parser_conf.rules, self.FIRST)
        self._kinds: list[str] = []

    def read(self, leaves: list[Leaf]) -> Tree[Leaf]:
        """The best reading of the leaves."""
        self._kinds = [leaf.type for leaf in leaves]
        self.predictions.message(self._kinds)
        self.predictions.at(self._kinds[0])
        tree: Tree[Leaf] = self.parse(_Tokens(leaves), "start")  # type: ignore[no-untyped-call]
        return tree

    def predict_and_complete(self, i: int, *rest: object) -> None:
        """As Lark's, knowing what comes at position `i`."""
        self.predictions.at(self._kinds[i] if i < len(self._kinds) else "")
        super().predict_and_complete(i, *rest)  # type: ignore[no-untyped-call]


class _Tokens:
    """What Lark's parser takes for a lexer."""

    def __init__(self, leaves: Iterable[Leaf]) -> None:
        self._leaves = leaves

    def lex(self, _: object) -> Iterator[Leaf]:
        return iter(self._leaves)


@lru_cache(maxsize=1)
def _parser() -> tuple[_Parser, frozenset[str]]:
    rules = re.sub(r"//.*", "", "\n".join(path.read_text(encoding="utf-8") for path in _GRAMMAR))
    terminals = frozenset(_TERMINAL.findall(rules)) - {"ANYTHING"}
    kinds = terminals | {"UNKNOWN"}
    rules = rules.replace("ANYTHING", " | ".join(sorted(kinds)))
    lark = Lark(
        f"{rules}\n%declare {' '.join(sorted(kinds))}\n", parser="earley", lexer=_Given, maybe_placeholders=False,
        keep_all_tokens=True,
    )  # fmt: skip
    made = lark.parser.parser
    return _Parser(made.lexer_conf, made.parser_conf), kinds


def parse(tokens: tuple[Token, ...]) -> list[Tree[Leaf]]:
    """The pieces of one sentence, by the best reading. What fits nowhere is `junk`; `leaf.value` holds our `Token`."""
    parser, kinds = _parser()
    leaves = [Leaf(token.kind if token.kind in kinds else "UNKNOWN", token) for token in tokens]
    return [child for child in parser.read(leaves).children if isinstance(child, Tree)]
