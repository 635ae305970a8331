"""Words as people type them: without accents, case, punctuation; numbers written out."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_WORD = re.compile(r"\w+")
_EDGES = " \t\r\n.,;:!?¡¿\"'“”«»()[]{}*_~-–—…🙂😊🙏"

NUMBERS = {
    word: value
    for value, words in enumerate(
        (
            "uno una un primero primera primer one first um uma primeiro primeira",
            "dos segundo segunda two second dois duas",
            "tres tercero tercera tercer three third terceiro terceira",
            "cuatro cuarto cuarta four fourth quatro quarto quarta",
            "cinco quinto quinta five fifth",
            "seis sexto sexta six sixth",
            "siete septimo septima seven seventh sete setimo setima",
            "ocho octavo octava eight eighth oito oitavo oitava",
            "nueve noveno novena nine ninth nove nono nona",
            "diez decimo decima ten tenth dez",
            "once undecimo undecima eleven eleventh onze",
            "doce duodecimo duodecima twelve twelfth doze",
            "trece thirteen thirteenth treze",
            "catorce fourteen fourteenth catorze quatorze",
            "quince fifteen fifteenth quinze",
            "dieciseis sixteen sixteenth dezesseis dezasseis",
            "diecisiete seventeen seventeenth dezessete dezassete",
            "dieciocho eighteen eighteenth dezoito",
            "diecinueve nineteen nineteenth dezenove dezanove",
            "veinte vigesimo vigesima twenty twentieth vinte",
        ),
        start=1,
    )
    for word in words.split()
} | {"cero": 0, "zero": 0}
_BEFORE_A_NUMBER = frozenset(
    (
        "el", "la", "los", "las", "lo", "o", "a", "the", "number", "numero", "opcion", "option", "opcao", "num", "n",
        "nro", "de", "quiero", "elijo", "quero", "i", "want", "prefiero", "prefiro", "escolho", "con", "com", "take",
        "pick", "choose", "ll",
    )
)  # fmt: skip
_AFTER_A_NUMBER = frozenset(
    (
        "one", "opcion", "option", "opcao", "please", "por", "favor", "porfa", "porfavor", "gracias", "thanks",
        "obrigado", "obrigada", "plis",
    )
)  # fmt: skip
_DIGITS = re.compile(r"(\d{1,2})(?:st|nd|rd|th|er|era|ero|do|da|ro|ra|to|ta|mo|ma|vo|va|no|na|o|a)?")
_KEYCAP_TEN = "\U0001f51f"
_LONGEST = 40


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Lower case, without accents, with single spaces: what two people mean by the same words."""
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text)
        text = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return " ".join(text.lower().split())


def bare(text: str) -> str:
    """Folded text without punctuation at its ends: what a whole message is compared by."""
    return fold(text).strip(_EDGES)


def tokens(text: str) -> list[str]:
    """The words of a text, folded."""
    return _WORD.findall(fold(text))


def position(text: str) -> int | None:
    """The place in a list that a short message names: `2`, `2.`, `2️⃣`, `2ª`, `dos`, `la segunda`, `the second one`.

    0 is what a numbered menu calls its next page.
    """
    if len(text) > _LONGEST:
        return None
    words = tokens(text.replace(_KEYCAP_TEN, "10"))
    while len(words) > 1 and words[0] in _BEFORE_A_NUMBER:
        words = words[1:]
    while len(words) > 1 and words[-1] in _AFTER_A_NUMBER:
        words = words[:-1]
    if len(words) != 1:
        return None
    digits = _DIGITS.fullmatch(words[0]) if words[0].isascii() else None
    return int(digits[1]) if digits else NUMBERS.get(words[0])


def holds(words: list[str], phrase: tuple[str, ...]) -> bool:
    """Whether `phrase` stands in `words` as whole words, one after the other."""
    size = len(phrase)
    first = phrase[0]
    return any(word == first and tuple(words[at : at + size]) == phrase for at, word in enumerate(words))
