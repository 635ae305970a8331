"""How parcels of the demo shop fare: one road per fate, with days counted from the day the demo is looked at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """A carrier's line: `day` counts from today, `place` is hub, city, point (of pick-up) or none."""

    day: int
    hour: int
    text: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Road:
    """One way an order may stand today. Days count from today; None: not known."""

    status: str
    ordered: int
    ships: int
    promised: int | None
    eta: int | None
    delivered: int | None = None
    steps: tuple[Step, ...] = ()
    share: int = 1


# The carrier's own words, by language.
WORDS = {
    "es": {
        "received": "Envío admitido",
        "left": "Salida del centro logístico",
        "arrived": "Llegada a la delegación de destino",
        "out": "En reparto",
        "absent": "Intento de entrega fallido: destinatario ausente",
        "point": "Disponible para recoger",
        "delivered": "Entregado",
        "parked": "Retenido en el centro logístico",
        "searching": "Envío en búsqueda",
        "lost": "Envío declarado extraviado",
        "back": "En devolución al remitente",
        "strike": "Retraso por incidencia en ruta",
    },
    "pt": {
        "received": "Objeto postado",
        "left": "Saiu do centro de distribuição",
        "arrived": "Chegou à unidade de destino",
        "out": "Saiu para entrega",
        "absent": "Tentativa de entrega: destinatário ausente",
        "point": "Disponível para retirada",
        "delivered": "Entregue",
        "parked": "Retido no centro de distribuição",
        "searching": "Objeto em localização",
        "lost": "Objeto declarado extraviado",
        "back": "Em devolução ao remetente",
        "strike": "Atraso na rota",
    },
    "en": {
        "received": "Parcel accepted",
        "left": "Left the sorting centre",
        "arrived": "Arrived at the local depot",
        "out": "Out for delivery",
        "absent": "Delivery attempted: nobody in",
        "point": "Ready for collection",
        "delivered": "Delivered",
        "parked": "Held at the sorting centre",
        "searching": "Parcel being traced",
        "lost": "Parcel declared lost",
        "back": "On its way back to the sender",
        "strike": "Delayed on the road",
    },
}

ROADS = {
    "preparing": Road("preparing", -1, 1, 4, 4, share=20),
    "packed": Road("preparing", -2, 0, 3, 3, share=10),
    "shipped": Road(
        "shipped", -3, -1, 2, 2, steps=(Step(-1, 17, "received", "hub"), Step(-1, 21, "left", "hub")), share=34
    ),
    "far": Road("shipped", -6, -4, 5, 5, steps=(Step(-4, 18, "received", "hub"), Step(-2, 9, "left", "hub")), share=14),
    "out": Road(
        "out_for_delivery", -4, -2, 0, 0, share=16,
        steps=(Step(-2, 18, "received", "hub"), Step(-1, 6, "arrived", "city"), Step(0, 7, "out", "city")),
    ),
    "point": Road(
        "at_pickup_point", -6, -4, -1, -1, share=10,
        steps=(Step(-4, 18, "received", "hub"), Step(-2, 6, "arrived", "city"), Step(-1, 12, "point", "point")),
    ),
    "attempted": Road(
        "attempted", -5, -3, -1, 1, share=8,
        steps=(Step(-3, 18, "received", "hub"), Step(-1, 7, "out", "city"), Step(-1, 13, "absent", "city")),
    ),
    "delayed": Road(
        "delayed", -9, -7, -3, 2, share=12,
        steps=(Step(-7, 18, "received", "hub"), Step(-6, 4, "left", "hub"), Step(-3, 10, "strike", "hub")),
    ),
    "late": Road(
        "delayed", -10, -8, -5, -5, share=6,
        steps=(Step(-8, 18, "received", "hub"), Step(-7, 4, "left", "hub"), Step(-4, 10, "parked", "hub")),
    ),
    "delivered": Road(
        "delivered", -7, -5, -2, -3, -3, share=34,
        steps=(Step(-5, 18, "received", "hub"), Step(-3, 7, "out", "city"), Step(-3, 12, "delivered", "city")),
    ),
    "settled": Road(
        "delivered", -34, -32, -29, -29, -29, share=16,
        steps=(Step(-32, 18, "received", "hub"), Step(-29, 8, "out", "city"), Step(-29, 11, "delivered", "city")),
    ),
    "lost": Road(
        "lost", -24, -22, -19, None, share=5,
        steps=(Step(-22, 18, "received", "hub"), Step(-15, 9, "searching", "hub"), Step(-2, 9, "lost", "hub")),
    ),
    "returning": Road(
        "returning", -15, -13, -10, None, share=6,
        steps=(Step(-13, 18, "received", "hub"), Step(-9, 13, "absent", "city"), Step(-2, 9, "back", "city")),
    ),
    "cancelled": Road("cancelled", -5, -3, None, None, share=5),
    "refunded": Road(
        "refunded", -30, -28, -25, None, share=4,
        steps=(Step(-28, 18, "received", "hub"), Step(-12, 9, "back", "city")),
    ),
}
