"""What the words in front of a number say it is: an order, a card, a tax number, a street, a phone, a price.

Words are folded (lower case, no accents) and looked up nearest first. A kind of thing counts up to its reach in
words; “número” alone is a hint and leaves the answer to what stands before it (“número de la tarjeta”).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.understanding.fold import plain_word

SENTENCE_END = "|"
HINT = 1.0
AGAINST = -2.0
_REACH = 10  # words that are looked at
_OF_A_SENTENCE = 3  # words that the end of a sentence counts for
_STEM = 5


@dataclass(frozen=True, slots=True)
class Cue:
    """`points` for an order (below zero: against) up to `reach` words before the number.

    `is_hint`: go on looking. `is_own`: what has this number itself, and not an order's (“factura 77”, no “factura del 77”).
    """

    points: float
    reach: int
    is_hint: bool = False
    is_own: bool = False


_ORDER = Cue(HINT, 6)
_VERB = Cue(0.5, 4)
_NUMBER = Cue(HINT, 3, is_hint=True)
_WORDS: tuple[tuple[Cue, str], ...] = (
    (_ORDER, """
        pedido pedidos orden ordenes order orders ordr compra encomenda encargo encomendas guia referencia reference ref
        referencias rastreo rastreio rastrear rastreamento tracking track trk seguimiento envio paquete pacote parcel
        package shipment entrega delivery folio consignment despacho remito remessa purchase bulto courier compras
        """),
    (_VERB, "status estado estatus estatos reembolso refund retiro retirar devolucion devolucao return returns paquetes"),
    (_NUMBER, "numero numeros number num nro nmr nr no. n. n.º nº n° º # nums"),
    (Cue(0.75, 3, is_hint=True), "id code codigo cod"),
    (Cue(AGAINST, 7), """
        tarjeta cartao card visa mastercard amex debito credito iban swift cuentacorriente pix
        telefono tel telf tlf fono celular cel celu movil telemovel whatsapp whats zap phone mobile cell telephone landline
        llamar llame llamen llamenme llama llamame llamad marcar marque marco liguem ligar ligue liga ring call calling
        callback sms contato contacto text texts linea linha pin otp whatsap
        """),
    (Cue(AGAINST, 4), """
        termina terminada terminado terminan terminacion termino acaba acabada acabado acaban final finais ends end ending
        ended last ultimos ultimas ultimo digits digitos cifras
        """),
    (Cue(AGAINST, 8), """
        nif nie cif dni rfc cuit cuil ruc rut run cpf cnpj rg contribuinte cedula curp ssn vat ein nit nipc pasaporte
        passport passaporte identidad identidade ine ife clabe
        postal cp cep postcode postcodes zip zipcode eircode pincode
        """),
    (Cue(AGAINST, 4), """
        calle av avda avenida cra carrera jr jiron street st road rd rua travessa alameda piso apto apartamento apt depto
        dpto departamento casa portal puerta porta torre bloque bloco km altura bv bvd boulevard pasaje ruta colonia col
        barrio bairro avenue ave lane close plaza praca camino carretera manzana lote edificio predio
        """),
    (Cue(AGAINST, 3), """
        socio socia poliza apolice policy vuelo flight voo tag turno mesa habitacion room quarto protocolo contrato contract
        cliente customer member cupon coupon cupom promo promocion serie
        serial imei modelo model modelos sku ean barcode isbn plan password clave contrasena pista patente matricula placa
        version windows galaxy iphone samsung rtx gtx ryzen caso expediente cuenta conta account presupuesto
        orcamento quote lot caja ficha clase aula year ano anos desde since temporada edicion bus train tren trem bote
        bono extension ramal interno
        """),
    (Cue(AGAINST, 3, is_own=True), "factura facturas fatura faturas invoice boleta receipt recibo ticket recibos"),
    (Cue(AGAINST, 2), """
        precio preco price total importe costo coste cuesta cuestan cost costs custa custou vale valia valor pague pagamos
        pago paid paguei pagar pay cobraron cobrado cobran cobraram cobrou charged charge gaste gastei spent talla talle
        tamanho size talles numeracion cobro cargo unas unos cerca about around aprox like
        """),
)  # fmt: skip
_STEMS: tuple[tuple[Cue, str], ...] = ((_ORDER, "rastr"), (_VERB, "cance"), (_VERB, "anula"), (_VERB, "anule"))

CUES: dict[str, Cue] = {
    form: cue for cue, words in _WORDS for word in words.split() for form in (word, plain_word(word) or word)
}
_BY_STEM = {stem: cue for cue, stem in _STEMS}
NAMES_AN_ORDER = frozenset(word for word, cue in CUES.items() if cue.points > 0)

_TOKEN = re.compile(r"(?<![a-z])(?:n\.?[ºo]\.?|n\.)(?![a-z])|[a-z]+|[º°#]|[.!?;\n]")
_ENDS = frozenset(".!?;\n")
_PLAIN = str.maketrans("áàâãäéèêëíìîïóòôõöúùûüçñ°", "aaaaaeeeeiiiiooooouuuucnº")
_NUMBER_SIGNS = {"n.", "no.", "nº", "n.º", "no", "n.o", "n.o.", "nº.", "n.º.", "no.."}


def words_before(text: str) -> list[str]:
    """The words of what stands in front of a number, nearest first; the end of a sentence is `|`."""
    tokens: list[str] = _TOKEN.findall(text.lower().translate(_PLAIN))
    tokens.reverse()
    return [SENTENCE_END if token in _ENDS else token for token in tokens]


def points_of(before: Iterable[str]) -> float:
    """What the words before a number (nearest first) say for an order; below zero: it is something else."""
    hint, distance, is_of = 0.0, 0, False
    for word in before:
        if word == SENTENCE_END:
            distance += _OF_A_SENTENCE
            continue
        distance += 1
        if distance > _REACH:
            break
        cue = CUES.get(word) or _BY_STEM.get(word[:_STEM])
        is_of |= word in _OF
        if cue is None or distance > cue.reach or (cue.is_own and is_of):
            if distance == 1 and word in _NUMBER_SIGNS and word != "no":
                hint = HINT
            continue
        if not cue.is_hint:
            return cue.points if cue.points < 0 else max(cue.points, hint)
        hint = cue.points
    return hint


def is_of_price_or_time(before: Sequence[str]) -> bool:
    """Does the word right before belong to an amount or an hour (“a las doce cuarenta”, “de dos mil”)?"""
    return bool(before) and before[0] in _AMOUNTS


_OF = frozenset("de del da do for of para el la".split())
_AMOUNTS = frozenset("las la as de of por for a some unos unas uns umas at en em since desde ano year".split())
