"""Who buys at the demo shop, what, and along which road: the tables that `demo_shop` draws from.

Names and numbers are made up; British numbers are from the range that Ofcom keeps for drama (07700 900000 to 900999).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    phone: str
    email: str
    postcode: str
    country: str
    city: str = ""


@dataclass(frozen=True, slots=True)
class Country:
    """`rate`: what one euro of the catalogue costs there, rounded to `step` of the currency."""

    currency: str
    rate: int
    step: str
    language: str
    carriers: tuple[str, ...]
    cities: tuple[str, ...]
    pickup_points: tuple[str, ...]


COUNTRIES = {
    "ES": Country(
        "EUR", 1, "0.01", "es", ("Correos", "SEUR", "MRW", "GLS", "DHL"),
        ("Madrid", "Zaragoza", "Barcelona", "Sevilla", "Valencia", "Bilbao"),
        (
            "Papelería Lápiz y Luna, calle Mayor 14",
            "Estanco Plaza Nueva, plaza Nueva 3",
            "Kiosco El Faro, paseo del Puerto 21",
        ),
    ),
    "PT": Country(
        "EUR", 1, "0.01", "pt", ("CTT", "DHL", "GLS"), ("Lisboa", "Porto", "Coimbra"),
        ("Papelaria do Largo, Largo do Carmo 8", "Quiosque da Ribeira, rua da Ribeira 2"),
    ),
    "BR": Country(
        "BRL", 6, "0.10", "pt", ("Correios", "DHL"), ("São Paulo", "Curitiba", "Rio de Janeiro", "Recife"),
        ("Agência Vila Mariana, rua Domingos de Morais 1900", "Banca do Parque, avenida Brasil 455"),
    ),
    "MX": Country(
        "MXN", 20, "1", "es", ("Estafeta", "DHL", "UPS"), ("Ciudad de México", "Guadalajara", "Monterrey", "Puebla"),
        ("Abarrotes La Esquina, avenida Juárez 120", "Papelería Sol, calle Hidalgo 33"),
    ),
    "CO": Country(
        "COP", 4300, "100", "es", ("Servientrega", "DHL"), ("Bogotá", "Medellín", "Cali"),
        ("Droguería Central, carrera 7 45-10", "Miscelánea El Parque, calle 10 30-22"),
    ),
    "AR": Country(
        "ARS", 1500, "100", "es", ("Andreani", "DHL"), ("Buenos Aires", "Córdoba", "Rosario"),
        ("Kiosco Belgrano, avenida Cabildo 2040",),
    ),
    "CL": Country(
        "CLP", 1000, "10", "es", ("Chilexpress", "DHL"), ("Santiago", "Concepción"),
        ("Librería Ñuñoa, avenida Irarrázaval 3400",),
    ),
    "GB": Country(
        "GBP", 1, "0.01", "en", ("UPS", "DHL", "Royal Mail"), ("London", "Leeds", "Manchester", "Bristol"),
        ("Corner Shop, 12 Market Street", "Green News, 4 Station Road"),
    ),
}

MARTA = Person("Marta Ríos", "+34600111222", "marta@example.com", "28013", "ES", "Madrid")
JOHN = Person("John Miller", "+447700900123", "john@example.com", "LS1 4AP", "GB", "Leeds")
RITA = Person("Rita Carvalho", "+5511987654321", "rita@example.com", "01310-100", "BR", "São Paulo")

# First names, surnames, how a phone begins (the last four figures are drawn), postcodes: one of each city above, in its order.
NAMES = {
    "ES": (
        ("Lucía", "Íñigo", "Nuria", "Jordi", "Carmen", "Álvaro", "Begoña", "Óscar"),
        ("García Peña", "Núñez", "Etxeberria", "Puig Ferrer", "Muñoz Gil", "Castaño", "Vázquez"),
        "+3460000", ("28004", "50001", "08015", "41003", "46002", "48009"),
    ),
    "PT": (
        ("Inês", "João", "Beatriz"), ("Gonçalves", "Simões", "Araújo"),
        "+35191000", ("1200-001", "4050-010", "3000-150"),
    ),
    "BR": (
        ("Luísa", "Thiago", "Conceição", "Caio"), ("Assunção", "Magalhães", "Barbosa Leão"),
        "+55119900", ("04101-000", "80010-000", "20040-002", "50030-230"),
    ),
    "MX": (
        ("Ximena", "José Ángel", "Guadalupe", "Iván"), ("Hernández Ibáñez", "Zúñiga", "Peralta"),
        "+521550000", ("06000", "44100", "64000", "72000"),
    ),
    "CO": (
        ("Valentina", "Andrés", "Yolanda"), ("Ordóñez", "Ríos Peña", "Quintero"),
        "+57300000", ("110111", "050010", "760001"),
    ),
    "AR": (
        ("Malena", "Facundo", "Ñata"), ("Agüero", "Ibarra", "Lombardi"),
        "+549110000", ("C1426", "X5000", "S2000"),
    ),
    "CL": (("Antonia", "Matías"), ("Muñoz Núñez", "Fuentealba"), "+5690000", ("7750000", "4030000")),
    "GB": (
        ("Aoife", "Oliver", "Priya", "Hugh"), ("O'Neill", "Whitaker", "Patel", "Brontë"),
        "+447700900", ("SW1A 2AA", "LS1 4AP", "M1 1AE", "BS1 5TR"),
    ),
}

# How often an order goes to each country, out of 100.
SHARES = {"ES": 46, "MX": 12, "BR": 12, "CO": 8, "GB": 8, "PT": 6, "AR": 5, "CL": 3}

# What the shop sells: name by language, price in euros.
CATALOGUE = (
    ({"es": "Lámpara de mesa Nido", "pt": "Luminária de mesa Nido", "en": "Nido table lamp"}, "59.90"),
    ({"es": "Lámpara de pie Junco", "pt": "Luminária de piso Junco", "en": "Junco floor lamp"}, "129.00"),
    ({"es": "Lámpara colgante Brasa", "pt": "Pendente Brasa", "en": "Brasa pendant lamp"}, "89.50"),
    ({"es": "Aplique de pared Ola", "pt": "Arandela Ola", "en": "Ola wall light"}, "44.00"),
    ({"es": "Flexo de estudio Pico", "pt": "Luminária de leitura Pico", "en": "Pico desk lamp"}, "39.95"),
    ({"es": "Guirnalda de luces Verbena", "pt": "Cordão de luzes Verbena", "en": "Verbena string lights"}, "24.90"),
    ({"es": "Bombilla LED cálida E27", "pt": "Lâmpada LED quente E27", "en": "Warm LED bulb E27"}, "6.50"),
    ({"es": "Pantalla de lino natural", "pt": "Cúpula de linho natural", "en": "Natural linen shade"}, "32.00"),
)
