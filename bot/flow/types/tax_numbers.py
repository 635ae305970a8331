"""Tax numbers, with their control digits: `nif`, `rfc`, `cpf`, `cnpj`, and `tax_id` for the shop's own country."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

import stdnum.ar.cuit
import stdnum.br.cnpj
import stdnum.br.cpf
import stdnum.cl.rut
import stdnum.co.nit
import stdnum.cr.cpf
import stdnum.cr.cpj
import stdnum.do.cedula
import stdnum.do.rnc
import stdnum.ec.ci
import stdnum.ec.ruc
import stdnum.es.nif
import stdnum.gb.utr
import stdnum.gb.vat
import stdnum.gt.nit
import stdnum.mx.rfc
import stdnum.pe.ruc
import stdnum.pt.nif
import stdnum.py.ruc
import stdnum.sv.nit
import stdnum.us.tin
import stdnum.uy.rut
import stdnum.ve.rif

from bot.flow.spoken import LONGEST, AnswerType, Family, Parser, Spoken

Check = Callable[[str], bool]

_TOKEN = re.compile(r"[0-9A-Za-zÑñ&][0-9A-Za-zÑñ&.\-/]{0,24}")
_EDGES = "._-/"
_MOST_TOKENS = 80
_WINDOW = 5  # “123 456 789 09” is one number in four pieces
_SHORTEST, _LONGEST = 8, 18


# The general public and foreigners, on whose invoices the law puts these; they have no control digit.
_GENERIC_RFCS = frozenset(("XAXX010101000", "XEXX010101000"))


def _rfc(number: str) -> bool:
    """With its control digit, which is wrong in one of seventy that are in use (stdnum.mx.rfc): those go to people."""
    if number in _GENERIC_RFCS:
        return True
    return len(number) in (12, 13) and bool(stdnum.mx.rfc.is_valid(number, validate_check_digits=True))


def _cpf(number: str) -> bool:
    return len(set(number)) > 1 and bool(stdnum.br.cpf.is_valid(number))


def _cnpj(number: str) -> bool:
    return len(set(number)) > 1 and bool(stdnum.br.cnpj.is_valid(number))


def _nif(number: str) -> bool:
    return number != "00000000T" and bool(stdnum.es.nif.is_valid(number))


_BY_COUNTRY: Mapping[str, tuple[Check, ...]] = {
    "ES": (_nif,),
    "MX": (_rfc,),
    "BR": (_cpf, _cnpj),
    "AR": (stdnum.ar.cuit.is_valid,),
    "CL": (stdnum.cl.rut.is_valid,),
    "CO": (stdnum.co.nit.is_valid,),
    "CR": (stdnum.cr.cpj.is_valid, stdnum.cr.cpf.is_valid),
    "DO": (stdnum.do.rnc.is_valid, stdnum.do.cedula.is_valid),
    "EC": (stdnum.ec.ruc.is_valid, stdnum.ec.ci.is_valid),
    "GB": (stdnum.gb.vat.is_valid, stdnum.gb.utr.is_valid),
    "GT": (stdnum.gt.nit.is_valid,),
    "PE": (stdnum.pe.ruc.is_valid,),
    "PT": (stdnum.pt.nif.is_valid,),
    "PY": (stdnum.py.ruc.is_valid,),
    "SV": (stdnum.sv.nit.is_valid,),
    "US": (stdnum.us.tin.is_valid,),
    "UY": (stdnum.uy.rut.is_valid,),
    "VE": (stdnum.ve.rif.is_valid,),
}
_ANYWHERE: tuple[Check, ...] = (_nif, _rfc, _cpf, _cnpj)


def _numbers(text: str) -> Iterator[str]:
    """What may be one number: a word, or a few that follow each other, without the signs between its figures."""
    found = [word for match in _TOKEN.finditer(text[:LONGEST]) if (word := match[0].strip(_EDGES))][:_MOST_TOKENS]
    for start in range(len(found)):
        joined = ""
        for word in found[start : start + _WINDOW]:
            # letters belong to a number only in capitals (“12345678 Z”), or as an RFC begins (“gode 561231 gr8”)
            if word.isalpha() and not (word.isupper() and len(word) <= 4) and (joined or not 3 <= len(word) <= 4):
                break
            joined += re.sub(r"[^0-9A-Za-zÑñ&]", "", word)
            if len(joined) > _LONGEST:
                break
            if len(joined) >= _SHORTEST and sum(sign.isdigit() for sign in joined) >= 6:
                yield joined.upper()


def _first(text: str, checks: tuple[Check, ...]) -> str | None:
    return next((number for number in _numbers(text) if any(check(number) for check in checks)), None)


def _reader(*checks: Check) -> Parser:
    return lambda spoken: _first(spoken.text, checks)


def nif(spoken: Spoken) -> str | None:
    """NIF, NIE or CIF of Spain; `ES` before it says no more than that."""
    found = _first(spoken.text, (_nif,))
    return found[2:] if found and found.startswith("ES") and len(found) == 11 else found


def tax_id(spoken: Spoken) -> str | None:
    """A tax number of the shop's country, else of Spain, Mexico or Brazil, where a shop's customers mostly are."""
    own = _BY_COUNTRY.get(spoken.country, ())
    return (
        nif(spoken)
        if spoken.country == "ES" and nif(spoken)
        else _first(spoken.text, own) or _first(spoken.text, _ANYWHERE)
    )


FAMILY = Family(
    "tax_numbers",
    {
        "nif": AnswerType(nif, stands_out=True),
        "rfc": AnswerType(_reader(_rfc), stands_out=True),
        "cpf": AnswerType(_reader(_cpf), stands_out=True),
        "cnpj": AnswerType(_reader(_cnpj), stands_out=True),
        "tax_id": AnswerType(tax_id),
    },
)
