"""Which noun or verb beside a quantity says which figure it is."""

from tools.narrative.checking.index import Index

_COUNTED = frozenset("years months trades trade history data points".split())


_COUNTED = frozenset("years months trades trade history data points".split())


_WHOLES = {
    "trades": ("won", "lost", "open", "win_rate"),
    "whole_years": ("positive_years",),
    "whole_months": ("positive_months",),
}


def wholes_of(index: Index, parts: int) -> int:
    """What counts of this kind are parts of: trades of winners, years of positive years; all where none is a part."""
    own = {key for p in index.bits(parts) for key in index.keys[p]}
    known = [whole for whole, kinds in _WHOLES.items() if own & set(kinds)]
    mask = 0
    for whole in known or _WHOLES:
        mask |= index.by_key.get(whole, 0)
    return mask
