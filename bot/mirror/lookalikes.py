# ruff: noqa: RUF001, RUF002 - what looks alike is what this file is about.
"""Letters that look like Latin ones, after folding and without accents.

Our own selection, by eye, after the idea of Unicode Technical Standard 39: letters of living
scripts that look like a Latin letter or digit, not that standard's table and not complete.
Full-width and styled letters need no entry: folding (NFKC) makes them plain. Case is folded before,
so a small letter also stands for its capital: Cyrillic В, folded to в, counts as b.
"""

_CYRILLIC = {
    "а": "a", "в": "b", "с": "c", "ԁ": "d", "е": "e", "ғ": "f", "ԍ": "g", "һ": "h", "н": "h",
    "і": "i", "ї": "i", "ӏ": "l", "ј": "j", "к": "k", "қ": "k", "м": "m", "п": "n", "о": "o",
    "ө": "o", "р": "p", "ԛ": "q", "г": "r", "ѕ": "s", "т": "t", "ц": "u", "ѵ": "v", "ԝ": "w",
    "х": "x", "у": "y", "ү": "y", "ҽ": "e", "з": "3", "б": "6", "ҷ": "4", "ч": "4", "ь": "b",
}  # fmt: skip
_GREEK = {
    "α": "a", "β": "b", "ϲ": "c", "ε": "e", "ζ": "z", "η": "n", "ι": "i", "κ": "k", "μ": "u",
    "ν": "v", "ο": "o", "ρ": "p", "σ": "o", "τ": "t", "υ": "u", "χ": "x", "γ": "y", "ω": "w",
    "ϳ": "j",
}  # fmt: skip
_ARMENIAN = {
    "օ": "o", "ս": "u", "ո": "n", "հ": "h", "ց": "g", "զ": "q", "ա": "w", "ք": "p", "յ": "j",
    "լ": "l", "ռ": "n", "ե": "t",
}  # fmt: skip
_CHEROKEE = {
    "\u13aa": "a", "\u13bb": "h", "\u13a1": "r", "\u13a2": "t", "\u13a0": "d", "\u13ac": "e",
    "\u13b3": "w", "\u13b7": "m", "\u13da": "s", "\u13df": "c", "\u13e2": "p", "\u13e6": "k",
    "\u13d9": "v", "\u13c3": "z", "\u13de": "l", "\u13a9": "y", "\u13ab": "j", "\u13f4": "b",
    "\u13c0": "g",
}  # fmt: skip
_LATIN = {
    "ı": "i", "ȷ": "j", "ɩ": "i", "ɡ": "g", "ɑ": "a", "ɢ": "g", "ʏ": "y", "ʀ": "r", "ʟ": "l",
    "ɴ": "n", "ʜ": "h", "ʙ": "b", "ø": "o", "đ": "d", "ħ": "h", "ł": "l", "ŧ": "t", "ƅ": "b",
    "ƃ": "b", "ƨ": "2", "ꜱ": "s", "ᴀ": "a", "ᴄ": "c", "ᴅ": "d", "ᴇ": "e", "ᴊ": "j", "ᴋ": "k",
    "ᴍ": "m", "ᴏ": "o", "ᴘ": "p", "ᴛ": "t", "ᴜ": "u", "ᴠ": "v", "ᴡ": "w", "ᴢ": "z", "ɪ": "i",
    "æ": "ae", "œ": "oe", "ß": "ss",
}  # fmt: skip
# Digits and signs that stand in for letters: one, capital i, small L and a bar look alike.
_SIGNS = {
    "0": "o", "1": "l", "|": "l", "i": "l", "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-",
    "−": "-", "’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "‚": ",", "․": ".", "꞉": ":",
    "∕": "/", "⁄": "/",
}  # fmt: skip
_LETTERS = {**_CYRILLIC, **_GREEK, **_ARMENIAN, **_CHEROKEE, **_LATIN}

LOOKALIKES: dict[str, str] = {
    **{letter: _SIGNS.get(latin, latin) for letter, latin in _LETTERS.items()},
    **_SIGNS,
}
