"""Which characters can be printed, and what stands for the others.

An accessible PDF may hold no character that its fonts lack: the compiler refuses the whole paper
then. So what came from people and transmitters is made printable first. The table holds what the
fonts inside the compiler (0.15) can draw, tried one by one; a font of the machine only adds.
"""

import unicodedata
from functools import cache

MISSING = "\u25a1"
"""A white square, as printers have always drawn what they lack."""
LONGEST_WORD = 36
"""A longer word has no place to break, and would run out over the margin."""
BREAK = "\u200b"
_KEPT = "\n"
_SPACES = "\t\r\v\f\x85\u2028\u2029"

_RANGES = """
20-7e a0-ac ae-2ff 370-377 37a-37f 384-38a 38c 38e-3a1 3a3-482 48a-4ff 510-513 51a-51d
531-556 559-58a 58d-58f 5be 5c0 5c3 5c6 5d0-5ea 5ef-5f4 606-60c 61b 61f 621-63a 640-64a
660-66d 674 679-67b 67e-680 683-684 686-687 691 698 6a4 6a9 6af 6be 6cc 6f0-6f9 1e00-1f15
1f18-1f1d 1f20-1f45 1f48-1f4d 1f50-1f57 1f59 1f5b 1f5d 1f5f-1f7d 1f80-1fb4 1fb6-1fc4
1fc6-1fd3 1fd6-1fdb 1fdd-1fef 1ff2-1ff4 1ff6-1ffe 2000-200a 2010-2029 202f-2040 2042
2044-2052 2054-205f 2070-2071 2074-208e 2090-209c 20a0-20c0 2100-211e 2120 2122 2124
2126-2151 2153-2184 2189 2190-23ff 2422-2423 2460-262f 2638-268b 2690-269c 26a0-26a7
26aa-26b2 2701-2704 2706-2709 270c-2727 2729-274b 274d 274f-2752 2756 2758-275e 2761-277f
2794 2798-27af 27b1-2b73 2b76-2b95 2b97-2bff a720-a727 a72d a730 a735 a765 a789-a78e
a790-a791 a793 a7aa a7f8-a7f9 fb00-fb06 fb13-fb17 fb1d fb1f-fb36 fb38-fb3c fb3e fb40-fb41
fb43-fb44 fb46-fb4f fb52-fb81 fb8a-fb95 fb9e-fb9f fbaa-fbad fbe8-fbe9 fbfc-fbff fe70-fe74
fe76-fefc
"""


@cache
def _printable() -> frozenset[int]:
    found: set[int] = set()
    for part in _RANGES.split():
        first, _dash, last = part.partition("-")
        found.update(range(int(first, 16), int(last or first, 16) + 1))
    return frozenset(found)


def printable(text: str) -> str:
    """Return a text that can be printed: what cannot be drawn is a square, what nobody sees is
    gone, and a long word has places to break."""
    known = _printable()
    drawn = "".join(_drawn(sign, known) for sign in unicodedata.normalize("NFC", text))
    if len(drawn) <= LONGEST_WORD:
        return drawn
    return "".join(_broken(part) for part in _parts(drawn))


def _drawn(sign: str, known: frozenset[int]) -> str:
    if ord(sign) in known or sign in _KEPT:
        return sign
    if sign in _SPACES:
        return " "
    # Controls, marks that turn the reading direction, joiners, accents with no letter of their own.
    return "" if unicodedata.category(sign)[0] in "CM" and ord(sign) < 0xE000 else MISSING


def _parts(text: str) -> list[str]:
    """Cut at white space, which stays."""
    parts, word = [], ""
    for sign in text:
        if sign.isspace():
            parts += [word, sign]
            word = ""
        else:
            word += sign
    return [*parts, word]


def _broken(word: str) -> str:
    if len(word) <= LONGEST_WORD:
        return word
    pieces = range(0, len(word), LONGEST_WORD)
    return BREAK.join(word[at : at + LONGEST_WORD] for at in pieces)
