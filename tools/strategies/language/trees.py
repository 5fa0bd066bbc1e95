"""Small steps over the parser's trees."""

from collections.abc import Iterable

from lark import Token as Leaf
from lark import Tree

from tools.strategies.language.tokens import Token

Node = Tree[Leaf]
Child = Node | Leaf


def tokens(node: Node) -> list[Token]:
    """The tokens directly under a node, in order."""
    return [_token(child) for child in node.children if isinstance(child, Leaf)]


def kinds(node: Node) -> list[str]:
    """Their kinds."""
    return [token.kind for token in tokens(node)]


def trees(node: Node) -> list[Node]:
    """The nodes directly under a node, in order."""
    return [child for child in node.children if isinstance(child, Tree)]


def first(node: Node, wanted: Iterable[str]) -> Token | None:
    """The first token under the node of one of these kinds."""
    among = set(wanted)
    return next((token for token in tokens(node) if token.kind in among), None)


def number(token: Token | None) -> float:
    """A token's value as a number; 0 where there is none."""
    return float(token.value) if token is not None and isinstance(token.value, int | float) else 0.0


def text_of(node: Node) -> str:
    """What the node was said with."""
    return " ".join(_token(leaf).said for leaf in node.scan_values(lambda value: isinstance(value, Leaf)))


def leaves(node: Node) -> list[Token]:
    """Every token under the node, in order."""
    return [_token(leaf) for leaf in node.scan_values(lambda value: isinstance(value, Leaf))]


def _token(leaf: Leaf) -> Token:
    value: object = leaf.value
    if not isinstance(value, Token):
        raise TypeError(f"a leaf of the grammar without a token: {leaf!r}")
    return value
