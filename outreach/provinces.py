"""What people call a part of the country, as its postcodes begin. The first two figures of a Spanish postcode are its
province (Real Decreto 1990/1984; the numbers of the INE)."""

from __future__ import annotations

SPANISH = """
01 Álava Araba | 02 Albacete | 03 Alicante Alacant | 04 Almería | 05 Ávila | 06 Badajoz | 07 Baleares Illes-Balears
08 Barcelona | 09 Burgos | 10 Cáceres | 11 Cádiz | 12 Castellón Castelló | 13 Ciudad-Real | 14 Córdoba
15 La-Coruña A-Coruña Coruña | 16 Cuenca | 17 Gerona Girona | 18 Granada | 19 Guadalajara | 20 Guipúzcoa Gipuzkoa
21 Huelva | 22 Huesca | 23 Jaén | 24 León | 25 Lérida Lleida | 26 La-Rioja Rioja | 27 Lugo | 28 Madrid | 29 Málaga
30 Murcia | 31 Navarra Nafarroa | 32 Orense Ourense | 33 Asturias | 34 Palencia | 35 Las-Palmas | 36 Pontevedra
37 Salamanca | 38 Santa-Cruz-de-Tenerife Tenerife | 39 Cantabria | 40 Segovia | 41 Sevilla | 42 Soria | 43 Tarragona
44 Teruel | 45 Toledo | 46 Valencia València | 47 Valladolid | 48 Vizcaya Bizkaia | 49 Zamora | 50 Zaragoza | 51 Ceuta
52 Melilla
"""


def numbered() -> dict[str, str]:
    """The first two figures of a postcode by the name of the province, as people write it."""
    found: dict[str, str] = {}
    for part in SPANISH.strip().replace("\n", "|").split("|"):
        number, *names = part.split()
        found |= {name.replace("-", " "): number for name in names}
    return found
