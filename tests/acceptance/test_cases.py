"""A broken parcel with two photos becomes a case with a pack; the bot tells how it goes; nobody misses its last day."""

from __future__ import annotations

import io
import urllib.error
import urllib.request
import zipfile

import pytest

from tests.acceptance.playing import MARTA, House, Person, key_of, queue

ORDER = {"reference": "AB-77777", "status": "delivered", "carrier": "SEUR", "tracking_number": "SE123", "delivered_on": "2026-11-22",
         "phone": MARTA, "email": "marta@example.com", "total": "59.90", "currency": "EUR",
         "items": [{"name": "Lámpara Nido", "quantity": 1, "price": "59.90"}]}


@pytest.fixture
def house(lab: House) -> House:
    people = [{"name": "Ana", "queues": ["returns"]}, {"name": "Bo"}, {"name": "Sue", "role": "supervisor", "queues": []}]
    lab.seed(queues=[queue(), queue("returns")], agents=people, orders=[ORDER])
    return lab


def broken(house: House) -> None:
    """Marta tells the bot, with two photos."""
    house.say(MARTA, "mi pedido AB-77777 llegó roto")
    house.say(MARTA, "el pie de la lámpara está partido")
    house.say(MARTA, "", files=["image/jpeg"])
    house.say(MARTA, "", files=["image/png"])
    house.wait(seconds=25)
    house.say(MARTA, "Que me lo envíen")


def download(house: House, person: str, path: str) -> tuple[int, bytes]:
    asked = urllib.request.Request(f"{house.base}/api/v1{path}", headers={"Authorization": f"Bearer {key_of(person)}"})
    try:
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read()


def the_case(person: Person) -> dict[str, object]:
    (row,) = person.get("/incidents")["incidents"]
    found: dict[str, object] = person.get(f"/incidents/{row['code']}").body
    return found


def test_two_photos_and_a_sentence_are_a_case_that_is_ready(house: House, ana: Person) -> None:
    broken(house)

    case = the_case(ana)
    assert "INC-1001" in " ".join(house.heard())
    assert (case["kind"], case["carrier"], case["deadline"], case["wish"]) == ("damaged", "seur", "2026-11-29", "replace")
    assert [photo["refused"] for photo in case["photos"]] == ["", ""]  # type: ignore[attr-defined]
    assert case["lacks"] == ["value_proof", "packaging_kept"]


def test_the_pack_opens_and_others_do_not_see_it(house: House) -> None:
    broken(house)

    status, content = download(house, "Ana", "/incidents/INC-1001/pack.zip")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = sorted(archive.namelist())
    assert status == 200
    assert names == [f"INC-1001/{name}" for name in ("INC-1001.pdf", "case.json", "photos/01-photo.jpg", "photos/02-photo.png", "transcript.txt")]
    assert download(house, "Bo", "/incidents/INC-1001/pack.zip")[0] == 404


def test_the_bot_tells_the_new_state_once_people_are_done(house: House, ana: Person) -> None:
    broken(house)
    talk = ana.talk("Marta")
    talk.claim()
    ana.post("/incidents/INC-1001/claim", {"reference": "SEUR-9"})
    house.run()
    assert not any("reclamado tu caso" in one for one in house.heard())
    talk.resolve()
    after = house.count()
    ana.post("/incidents/INC-1001/acceptance", {"amount": "50"})
    house.run()

    assert ["ha aceptado tu caso *INC-1001*" in one for one in house.heard(after=after)] == [True]


def test_the_last_day_is_told_to_the_desk_three_days_and_one_day_before(house: House, ana: Person, sue: Person) -> None:
    broken(house)
    counts = []
    for day in ("25", "26", "27", "28", "29"):
        house.at(f"2026-11-{day}T11:00:00+01:00")
        lines = sue.get("/incidents/INC-1001").body
        counts.append(len([line for line in lines["history"] if line["kind"] == "case_reminder"]))

    assert counts == [0, 1, 1, 2, 2]


def test_photos_that_come_to_people_join_the_case_until_it_is_ready_and_its_last_day_is_told(house: House, ana: Person) -> None:
    house.say(MARTA, "mi pedido AB-77777 llegó roto")
    house.say(MARTA, "el pie de la lámpara está partido")
    house.say(MARTA, "No tengo fotos")
    house.say(MARTA, "Que me lo envíen")
    assert (the_case(ana)["photos"], "box" in the_case(ana)["lacks"]) == ([], True)  # type: ignore[operator]

    talk = ana.talk("Marta")
    talk.claim()
    house.say(MARTA, "al final sí", files=["image/jpeg"])
    house.say(MARTA, "", files=["image/png"])
    house.wait(seconds=25)
    joined = the_case(ana)
    assert ([photo["refused"] for photo in joined["photos"]], joined["state"]) == (["", ""], "open")  # type: ignore[attr-defined]
    ana.post("/incidents/INC-1001/facts", {"ticked": ["value_proof", "packaging_kept"]})
    assert the_case(ana)["state"] == "ready"
    assert download(house, "Ana", "/incidents/INC-1001/pack.pdf")[1].startswith(b"%PDF")

    house.at("2026-11-26T11:00:00+01:00")
    assert [line["kind"] for line in the_case(ana)["history"]].count("case_reminder") == 1  # type: ignore[attr-defined]
