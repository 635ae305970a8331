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


_COURTESIES = ("por favor", "porfavor", "porfa", "please", "gracias", "thanks", "thank you", "obrigado", "obrigada")


def without_courtesy(whole: str) -> str:
    """A folded message without “please” and “thanks” at its ends: “menú, por favor” is the command too."""
    for courtesy in _COURTESIES:
        if whole.endswith(f" {courtesy}"):
            whole = whole[: -len(courtesy) - 1].strip(_EDGES)
        if whole.startswith((f"{courtesy} ", f"{courtesy},")):
            whole = whole[len(courtesy) + 1 :].strip(_EDGES)
    return whole


_NOT = frozenset(("no", "not", "nao", "nunca", "never", "tampoco", "nem", "dont", "don", "doesn", "isn", "wasn", "aren"))
_WISHES = frozenset(
    (
        "quiero", "quiere", "queremos", "quisiera", "queria", "necesito", "deseo", "pienso", "voy", "vamos", "pretendo",
        "want", "need", "wish", "going", "like", "trying", "wanna",
        "quero", "queremos", "preciso", "desejo", "vou", "pretendo", "gostaria",
    )
)  # fmt: skip
_IS = frozenset(("es", "era", "is", "was", "e", "eh", "foi", "fue", "about", "sobre"))
_LIGHT = frozenset(
    (
        "a", "an", "the", "un", "una", "unos", "unas", "el", "la", "los", "las", "lo", "le", "les", "me", "te", "se", "nos",
        "mi", "mis", "my", "o", "os", "as", "um", "uma", "meu", "minha", "to", "que", "hacer", "fazer", "make", "do",
        "ningun", "ninguna", "nenhum", "nenhuma", "any", "it", "ninguno", "pedir", "ask", "for", "solicitar", "de",
    )
)  # fmt: skip
_LOOKED_BACK = 7


# “No, quiero devolverlo”: a no that stands by itself takes nothing back of what follows it.
_NO_ALONE = re.compile(r"\b(?:no|nao|nop|nope)\s*[,.;:!…]")


def denied(words: list[str], at: int, text: str) -> bool:
    """Whether what stands at `at` is not wanted: “no quiero devolver”, “no es una devolución”, “I don't want to return”.

    A “no” that belongs to something else (“no encuentro mi pedido”) takes nothing back. `text` is what `words` are of.
    """
    return at > 0 and _is_taken_back(words, at) and not _says_no_alone(text)


@lru_cache(maxsize=64)
def _says_no_alone(text: str) -> bool:
    return _NO_ALONE.search(fold(text)) is not None


def _is_taken_back(words: list[str], at: int) -> bool:
    back = at - 1
    least = max(0, at - _LOOKED_BACK)
    while back >= least and words[back] in _LIGHT:
        back -= 1
    if back >= 1 and words[back] == "t" and words[back - 1] in _NOT:  # it isn't a return
        return True
    if back < 1 or words[back] not in _WISHES | _IS:
        return back >= 0 and words[back] == "not" and at - back <= 3
    back -= 1
    while back >= least and words[back] in ("lo", "la", "los", "las", "le", "me", "te", "se", "o", "os", "as", "really"):
        back -= 1
    if back >= 1 and words[back] == "t":  # don't, doesn't, isn't
        back -= 1
    return back >= least and words[back] in _NOT


_DEEDS = ("devol", "cancel", "cambi", "anul", "return", "refund", "exchang", "troc", "reembols", "reclam", "factur")


def denies(words: list[str], text: str) -> bool:
    """Whether the message names something a shop does for people, and every time as not wanted."""
    places = [at for at, word in enumerate(words) if word.startswith(_DEEDS)]
    return bool(places) and all(denied(words, at, text) for at in places)
