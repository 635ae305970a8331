"""The words of a question that carry its meaning, in three languages: folded, without small words, cut to a stem.

Cruder than a stemmer of one language, and the same for all three, since nobody says which language she writes in.
What asks (“cuánto”) and what anything may be done with (“tener”, “cost”) counts less than what it is about.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

TOPIC, VERB, ASKING = 1.0, 0.5, 0.3

# Greetings and courtesies: a question with them is the same question.
COURTESIES = frozenset(
    (
        "hola", "buenas", "buenos", "dias", "tardes", "noches", "porfa", "porfavor", "favor", "gracias", "disculpa",
        "disculpe", "perdon", "perdona", "oye", "oiga", "hi", "hello", "hey", "please", "thanks", "thank", "sorry",
        "excuse", "oi", "ola", "obrigado", "obrigada", "bom", "boa", "desculpe", "com", "licenca",
    )
) - {"com", "dias"}  # fmt: skip
_SMALL = frozenset(
    (
        "a", "al", "algo", "algun", "alguna", "alguno", "con", "contra", "cuya", "de", "del", "desde", "e", "el", "ella",
        "ellos", "en", "entre", "era", "eran", "eres", "es", "esa", "ese", "eso", "esta", "estan", "estar", "este", "esto",
        "fue", "ha", "han", "hay", "he", "la", "las", "le", "les", "lo", "los", "me", "mas", "muy", "nos", "o", "os",
        "otra", "otras", "otro", "otros", "para", "pero", "por", "pues", "que", "se", "sea", "ser", "si", "sin", "sobre",
        "son", "su", "sus", "te", "tu", "tus", "u", "un", "una", "unas", "uno", "unos", "usted", "ustedes", "vosotros",
        "vuestra", "vuestras", "vuestro", "vuestros", "nosotros", "y", "ya", "yo", "quiero", "quisiera", "saber", "querria", "cual", "cuales", "qual", "quais", "which", "what",
        "puedo", "puede", "pueden", "puedes", "podeis", "podria", "podrian", "tambien", "aqui", "ahi", "va", "van", "ir",
        "am", "an", "and", "any", "are", "as", "at", "be", "been", "by", "can", "could", "did", "do", "does", "for", "from",
        "had", "has", "have", "her", "his", "i", "if", "in", "into", "is", "it", "its", "may", "of", "on", "or", "our",
        "got", "s", "so", "some", "t", "that", "the", "their", "there", "these", "this", "to", "up", "us", "was", "we",
        "were", "will", "with", "would", "you", "your", "yours", "ll", "re", "ve", "d", "want", "know", "like",
        "ao", "aos", "aquela", "aquele", "as", "com", "como", "da", "das", "do", "dos", "ela", "ele", "eles", "em", "essa",
        "esse", "eu", "foi", "ha", "isso", "isto", "ja", "lhe", "mais", "muito", "na", "nas", "nos", "num", "numa", "os",
        "ou", "pela", "pelo", "posso", "pode", "podem", "pra", "quero", "queria", "gostaria", "se", "sem", "ser", "seu",
        "sua", "sao", "ta", "tambem", "tem", "um", "uma", "umas", "uns", "vc", "vcs", "voce", "voces",
    )
) - {"como"}  # fmt: skip
_ASKING = frozenset(
    (
        "cuanto", "cuanta", "cuantos", "cuantas", "cuando", "donde", "adonde", "quien", "quienes", "como", "how", "much",
        "many", "when", "where", "who", "why", "long", "quanto", "quanta", "quantos", "quantas", "quando", "onde", "quem",
    )
)  # fmt: skip
_ASKED_ALIKE = {
    "quanto": "cuanto", "quanta": "cuanto", "quantos": "cuanto", "quantas": "cuanto", "cuanta": "cuanto",
    "cuantos": "cuanto", "cuantas": "cuanto", "much": "cuanto", "many": "cuanto", "quando": "cuando", "when": "cuando",
    "onde": "donde", "adonde": "donde", "where": "donde",
}  # fmt: skip
_VERBS = frozenset(
    (
        "tengo", "tienen", "tiene", "tienes", "teneis", "hacen", "haceis", "hace", "hacer", "hago", "dan", "dais", "dar",
        "ofrecen", "ofreceis", "aceptan", "aceptais", "cuesta", "cuestan", "vale", "sale", "llega", "llegan", "llegar",
        "necesito", "ver", "veo", "usar", "estoy", "estais", "estan", "quieren", "debo", "hecho", "recibo", "llevan",
        "offer", "accept", "take", "get", "need", "make", "happens", "cost", "costs", "find", "possible", "somebody",
        "someone", "add", "use", "arrive", "arrives", "placing", "after",
        "tenho", "fazem", "faz", "fazer", "oferecem", "aceitam", "custa", "custam", "chega", "chegam", "preciso", "vejo",
        "ficam", "fica", "da", "leva", "feito", "demora", "recibem", "usam",
    )
)  # fmt: skip
_MINE = frozenset(("mi", "mis", "mio", "mia", "my", "mine", "meu", "meus", "minha", "minhas"))
_NOT = frozenset(("no", "not", "nao", "nunca", "never", "don", "dont", "didn", "doesn", "isn", "hasn", "haven", "tampoco"))
_ENDINGS = (
    "amientos", "imientos", "aciones", "iciones", "uciones", "amiento", "imiento", "ations", "acion", "icion", "ucion",
    "ation", "acoes", "icoes", "ucoes", "acao", "icao", "ucao", "aremos", "ieron", "ments", "mente", "aron", "amos", "emos",
    "imos", "aram", "eram", "iram", "ando", "endo", "indo", "ados", "adas", "idos", "idas", "ings", "ment", "ery", "ies",
    "ing", "ado", "ada", "ido", "ida", "ais", "eis", "aba", "ar", "er", "ir", "an", "en", "am", "em", "as", "es", "os", "is",
    "ed", "a", "e", "o", "s", "y",
)  # fmt: skip
_SHORTEST = 3


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """`envío`, `envían`, `enviar` → `envi`; `cuesta`, `costs` → `cost`; a word of three letters stays."""
    word = _ASKED_ALIKE.get(word, word)
    if word in _ASKING or not word.isalpha():
        return word
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST:
            word = word[: -len(ending)]
            break
    word = word.replace("ue", "o").replace("ie", "e").replace("olv", "ol")
    return word[:-1] if len(word) > _SHORTEST and word[-1] == word[-2] else word


_VERB_STEMS = frozenset(stem(word) for word in _VERBS)


@lru_cache(maxsize=8192)
def weight(stem_: str) -> float:
    if stem_ in _ASKING:
        return ASKING
    return VERB if stem_ in _VERB_STEMS else TOPIC


def carrying(words: Iterable[str]) -> frozenset[str]:
    """The stems of the words that mean something."""
    return frozenset(
        stem(word) for word in words if word not in _SMALL and word not in COURTESIES and word not in _MINE | _NOT
    )


_EXACT = frozenset(("cuanto", "cuando", "donde", "long", "why", "who", "quien"))


def asks(stems: Iterable[str]) -> frozenset[str]:
    """What kind of thing is asked: how much, how long, when, where. Two questions that differ in it are two."""
    return _EXACT.intersection(stems)


def manner(words: Iterable[str]) -> tuple[bool, bool]:
    """Whether it is about something of hers (`mi pedido`), and whether it denies something."""
    found = set(words)
    return not _MINE.isdisjoint(found), not _NOT.isdisjoint(found)
