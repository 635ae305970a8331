"""`yes_no`: yes or no, as it is said from Madrid to Montevideo, in English and in Portuguese, with thumbs too.

What is neither is nothing: “no me llegó” answers no question whether to go on, “no sé” answers none at all.
"""

from __future__ import annotations

import re
import unicodedata

from bot.flow.spoken import AnswerType, Family, Spoken
from bot.flow.words import fold, tokens


def _set(written: str) -> frozenset[str]:
    return frozenset(" ".join(phrase.split()) for phrase in written.split(",") if phrase.strip())


# Folded, as the whole message.
_YES_PHRASES = _set("""
    si, sip, sep, seh, claro, claro que si, clarisimo, vale, ok, okay, okey, oki, okis, dale, va, vas, sale, orale,
    correcto, exacto, exactamente, listo, seguro, perfecto, bueno, de acuerdo, esta bien, asi es, asi mismo, eso,
    eso es, eso mismo, ese, ese es, ese mismo, esa, esa es, esa misma, el mismo, la misma, efectivamente,
    afirmativo, aja, simon, ya, por supuesto, desde luego, como no, de una, confirmo, confirmado, lo confirmo, si
    confirmo, adelante, hecho, venga, venga va, vamos, go on, go on then, all right then, ok then, vai, vamos la, por favor, porfa, porfavor, si quiero, quiero, lo quiero, acepto, si acepto,
    obvio, cierto, es cierto, verdad, sin duda, hagale, hazlo, hagalo, me parece bien, me parece, genial, todo bien,
    todo correcto, es correcto, esta correcto, yes, y, yep, yea, yeah, yeap, yup, ya please, sure, sure thing, of
    course, absolutely, definitely, certainly, correct, that is correct, that s correct, that is right, that s
    right, right, exactly, go ahead, go for it, do it, please do, please, sounds good, fine, that s fine, alright,
    all right, affirmative, confirm, confirmed, i confirm, i do, it is, that s it, that s the one, that one, why
    not, indeed, true, okie, k, kk, good, great, perfect, yes it is, yes i do, i am, sim, s, ss, sss, pode, pode
    ser, pode sim, podes, isso, isso mesmo, isso ai, e, e sim, e isso, e esse, esse mesmo, essa mesma, com certeza,
    certeza, ta, ta bom, ta bem, esta bom, esta bem, tudo bem, tudo certo, beleza, blz, perfeito, certo, ta certo,
    esta certo, correto, exato, exatamente, aham, uhum, ahan, quero, quero sim, aceito, fechado, bora, positivo, sem
    duvida, claro que sim, por favor sim, faz favor, pode fazer, manda ver, confirmado sim, com toda certeza, ja,
    bom, otimo, tambem, es ese, es esa, es el mio, es la mia, es mio, es mia, e o meu, e a minha, e meu, e minha, it
    s mine
""")
_NO_PHRASES = _set("""
    no, n, nop, nope, nones, nel, nah, na, nanai, nunca, jamas, para nada, de ninguna manera, de ningun modo, en
    absoluto, mejor no, ahora no, por ahora no, de momento no, todavia no, aun no, no gracias, que no, claro que no,
    eso no, por supuesto que no, desde luego que no, ni hablar, ni loco, ni loca, ni modo, negativo, no quiero, no
    lo quiero, no deseo, no acepto, no confirmo, no es, no lo es, no esta bien, no es correcto, no es cierto,
    incorrecto, falso, creo que no, pienso que no, me parece que no, tampoco, no hace falta, no es necesario, no por
    favor, no por ahora, no way, not really, not now, not yet, no thanks, no thank you, thanks but no, never,
    negative, of course not, absolutely not, certainly not, definitely not, i don t, i do not, i d rather not,
    rather not, it isn t, it s not, it is not, that s not it, that s not right, that is not right, incorrect, wrong,
    that s wrong, not at all, nay, i don t think so, don t, do not, please don t, not that one, not mine, it s not
    mine, no it isn t, no it s not, nao, naum, num, nem, nao quero, nao obrigado, nao obrigada, de jeito nenhum, de
    forma alguma, de maneira nenhuma, nem pensar, agora nao, por enquanto nao, ainda nao, melhor nao, claro que nao,
    jamais, acho que nao, isso nao, nao precisa, nao e, nao e isso, nao esta certo, nao e esse, nao e essa, errado,
    ta errado, nops, nao aceito
""")
# The first word that settles a longer message, unless something in it takes that back.
_YES_LEADS = _set("""
    si, sip, claro, vale, ok, okay, okey, dale, correcto, exacto, perfecto, efectivamente, afirmativo, confirmo,
    aja, yes, yep, yeah, yup, sure, absolutely, definitely, sim, isso, perfeito, certo, beleza, confirmado, uhum,
    aham
""")
_NO_LEADS = _set("no, nop, nope, nah, nel, nao, naum, negativo, nunca, jamas, never")
_BUTS = _set("""
    pero, aunque, sino, excepto, salvo, depende, cuando, cuanto, cuanta, cuantos, cuantas, donde, porque, quien,
    cual, but, however, except, unless, when, where, why, how, which, mas, porem, quando, onde, quanto, quanta, nem,
    ni, quiza, quizas, tal, talvez, maybe, perhaps
""")
_UNSURE = _set("""
    no se, no lo se, no sabria, no se bien, ni idea, no idea, no tengo idea, no estoy seguro, no estoy segura, no
    recuerdo, no me acuerdo, no entiendo, no te entiendo, nao sei, nao lembro, nao entendi, nao tenho certeza, not
    sure, i m not sure, no clue, no comment, no problem, no hay problema, no hay, no llego, no llega, no funciona
""")
_AFTER_NO = _set("""
    gracias, quiero, deseo, acepto, confirmo, es, son, era, obrigado, obrigada, thanks, thank, quero, e, senor,
    senora, senhor, senhora, sir, maam, no, nao, nunca, ahora, todavia, aun, por, mejor, prefiero, prefiro, way,
    need, that, it, hace, necesito, preciso, precisa, aceito, confirmo, i, eso, isso, ese, esse, amigo, amiga, not,
    thats, its
""")
# “si” without its accent is “if” as often as “yes”; these words behind it say “yes”.
_AFTER_IF = _set("""
    quiero, por, porfa, porfavor, favor, claro, es, eso, ese, esa, esta, confirmo, gracias, asi, correcto, acepto,
    deseo, adelante, senor, senora, senorita, si, todo, exacto, muchas, perfecto, dale, ok, vale, estoy, soy, tengo,
    puedes, please, el, la, lo, necesito, hazlo
""")
_POLITE = _set("""
    por, favor, porfa, porfavor, plis, pls, plz, please, gracias, muchas, thanks, thank, you, obrigado, obrigada,
    muito, pues, eh, ah, oh, mmm, mm, hmm, bueno, hola, hello, hi, oi, ola, well, entonces, entao, bem, jaja, jeje,
    haha, kkk, rs, senor, senora, amigo, amiga, sir, hombre, mujer, che, wey, cara, moca, moco, pos, po
""")
# What one agrees with before the answer itself (“venga, sí”): a no behind it is none. After a filler either counts.
_AGREED = _set("""
    venga, va, vale, ok, okay, okey, dale, listo, claro, hecho, sale, anda, vamos, fine, right, alright, sure, cool,
    go, on, ta, bora, vai, beleza, certo, fechado, tudo, bem
""")
_FILLERS = _set("bueno, pues, pos, entonces, bom, entao, well, oh, ah, eh, che, so")
YES_SIGNS, NO_SIGNS = frozenset("👍👌✅✔☑🆗🙌💯🤙🙏"), frozenset("👎❌✖🚫🙅🙅⛔🚷")

YES = frozenset(one for one in _YES_PHRASES if " " not in one) | YES_SIGNS
NO = frozenset(one for one in _NO_PHRASES if " " not in one) | NO_SIGNS
_LONGEST = 120  # letters; who writes more says more than yes or no
_MOST_WORDS = 8
_FIRST_WORD = re.compile(r"^\W{0,9}\w{1,12}\W{1,9}")
_STRETCHED = re.compile(r"([a-z])\1{1,120}")


def yes_no(spoken: Spoken) -> bool | None:
    return _meant(spoken.text.strip())


def _meant(written: str) -> bool | None:
    if not written or len(written) > _LONGEST:
        return None
    words = tokens(written)
    if all(word in _POLITE for word in words) and _by_sign(written) is not None:
        return _by_sign(written)
    for whole in _wholes(words):
        if whole in _UNSURE:
            return None
        if whole in _YES_PHRASES and "?" not in written:
            return True
        if whole in _NO_PHRASES:
            return False
    led = _by_lead(words, written)
    return _behind_filler(words, written) if led is None else led


def _behind_filler(words: list[str], written: str) -> bool | None:
    """“venga, sí”, “bom, não”: what is said first is no answer of its own."""
    if not 2 <= len(words) <= _MOST_WORDS or words[0] not in _AGREED | _FILLERS or "?" in written:
        return None
    answer = _meant(_FIRST_WORD.sub("", written, count=1))
    return answer if answer or words[0] in _FILLERS else None


def _by_sign(written: str) -> bool | None:
    yes, no = not YES_SIGNS.isdisjoint(written), not NO_SIGNS.isdisjoint(written)
    return None if yes == no else yes


def _wholes(words: list[str]) -> list[str]:
    """The message as it is, with “siiii” and “nooo” cut short, and without what is only polite."""
    short = [_STRETCHED.sub(r"\1", word) for word in words]
    found = [" ".join(words), " ".join(short)]
    start, end = 0, len(words)
    while start < end - 1 and words[start] in _POLITE:
        start += 1
    while end > start + 1 and words[end - 1] in _POLITE:
        end -= 1
    if (start, end) != (0, len(words)):
        found += [" ".join(words[start:end]), " ".join(short[start:end])]
    repeated = dict.fromkeys(short)
    return [*found, *repeated] if len(repeated) == 1 else found


def _by_lead(words: list[str], written: str) -> bool | None:
    first = _STRETCHED.sub(r"\1", words[0]) if words else ""
    if not words or len(words) > _MOST_WORDS or "?" in written or _BUTS & set(words):
        return None
    if first in _YES_LEADS:
        return None if _NO_LEADS & set(words) or (first == "si" and not _affirms(words, written)) else True
    if first not in _NO_LEADS:
        return _by_end(words)
    if _is_unsure(words):
        return None
    return False if _has_comma(written) or words[1] in _AFTER_NO and len(words) <= 5 else None


def _affirms(words: list[str], written: str) -> bool:
    """Is this “sí”, and not “if”? Its accent says so, a comma, or what follows."""
    accented = unicodedata.normalize("NFC", written[:3]).lower().lstrip("¡ ").startswith("sí")
    return accented or _has_comma(written) or words[1] in _AFTER_IF


def _has_comma(written: str) -> bool:
    return re.match(r"[^\w]{0,3}\w{1,12}\s?[,.;!]", written) is not None


def _is_unsure(words: list[str]) -> bool:
    whole = " ".join(words)
    return any(whole.startswith(f"{phrase} ") for phrase in _UNSURE)


def _by_end(words: list[str]) -> bool | None:
    """“creo que sí”, “yo diría que no”, “mejor que sí”: a short sentence whose last word says it."""
    if len(words) > 5 or words[-2:-1] != ["que"]:
        return None
    return True if words[-1] in ("si", "sim") else False if words[-1] in ("no", "nao") else None


assert all(fold(phrase) == phrase for phrase in _YES_PHRASES | _NO_PHRASES)
FAMILY = Family("yes_no", {"yes_no": AnswerType(yes_no)})
