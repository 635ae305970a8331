"""Photos: which count, and the same photo in two cases."""

from __future__ import annotations

from datetime import date

from incidents import likeness, photo_rows
from incidents.photo_rows import TAKEN_OFF
from tests.builders import a_conversation
from tests.incidents.conftest import House, a_picture, smaller


def refused(house: House, case: object) -> list[str]:
    return [photo["refused"] for photo in house.dossier(case).photos]  # type: ignore[arg-type]


def test_photos_of_one_case_count_and_are_told_from_each_other(house: House) -> None:
    house.sends(a_picture(1))
    house.sends(a_picture(2))
    case = house.opens()
    house.looks()

    assert refused(house, case) == ["", ""]


def test_the_same_photo_in_the_case_of_another_order_does_not_count(house: House) -> None:
    house.sends(a_picture(1))
    first = house.opens()
    house.looks()
    other = house.do(a_conversation, "Leo")
    house.sends(a_picture(1), other)
    second = house.opens(number="ZZ-99999", conversation_id=other)
    house.looks()

    assert (refused(house, first), refused(house, second)) == ([""], ["duplicate"])
    assert house.dossier(second).photos[0]["twin_id"] == house.dossier(first).photos[0]["incident_photo_id"]


def test_a_smaller_copy_is_found_as_the_same_photo(house: House) -> None:
    house.sends(a_picture(1))
    house.opens()
    house.looks()
    other = house.do(a_conversation, "Leo")
    house.sends(smaller(a_picture(1), (512, 384)), other)
    second = house.opens(number="ZZ-99999", conversation_id=other)
    house.looks()

    assert refused(house, second) == ["duplicate"]


def test_a_photo_twice_in_one_case_counts_once(house: House) -> None:
    house.sends(a_picture(1))
    house.sends(a_picture(1))
    case = house.opens()
    house.looks()

    assert sorted(refused(house, case)) == ["", "duplicate"]


def test_one_that_is_tiny_does_not_count(house: House) -> None:
    house.sends(a_picture(1, (120, 90)))
    case = house.opens()
    house.looks()

    assert refused(house, case) == ["too_small"]


def test_one_from_before_the_delivery_does_not_count(house: House) -> None:
    house.sends(a_picture(1))
    case = house.opens(order={"carrier": "SEUR", "delivered_on": "2026-11-24"})
    house.looks()

    assert refused(house, case) == ["too_early"]


def test_an_agent_sorts_sets_aside_and_lets_count_again(house: House) -> None:
    house.sends(a_picture(1, (120, 90)))
    case = house.opens()
    house.looks()
    photo = house.dossier(case).photos[0]["incident_photo_id"]
    seen = []
    for kind in ("item", TAKEN_OFF, "label"):
        house.do(photo_rows.sort, case["incident_id"], photo, kind)
        row = house.dossier(case).photos[0]
        seen.append((row["kind"], row["refused"]))

    assert seen == [("item", ""), ("item", TAKEN_OFF), ("label", "")]


def test_flat_pictures_are_not_all_the_same() -> None:
    assert likeness.likeness(b"no picture") == ""
    assert not likeness.is_alike("", "")


def test_the_day_of_a_photo_is_held_against_the_delivery(house: House) -> None:
    assert likeness.is_too_early(house.clock.now(), date(2026, 11, 24))
    assert not likeness.is_too_early(house.clock.now(), date(2026, 11, 23))


def test_what_an_agent_set_aside_does_not_come_back_when_she_tells_of_it_again(house: House) -> None:
    house.sends(a_picture(1))
    case = house.opens()
    (photo,) = house.dossier(case).photos
    house.do(photo_rows.sort, case["incident_id"], photo["incident_photo_id"], TAKEN_OFF)
    house.opens(what="otra vez")

    assert refused(house, case) == [TAKEN_OFF]


def test_a_case_takes_so_many_photos_and_no_more(house: House) -> None:
    small = a_picture(1, (400, 300))
    for _ in range(photo_rows.MOST + 1):
        house.sends(small)

    assert len(house.dossier(house.opens()).photos) == len(house.dossier(house.opens()).photos) == photo_rows.MOST


def test_of_two_who_look_at_a_photo_at_once_the_first_is_right(house: House) -> None:
    house.sends(a_picture(1))
    case = house.opens()
    house.looks()
    (photo,) = house.dossier(case).photos
    house.do(photo_rows._keep, photo_rows.Seen(photo, "other", refused="duplicate", twin_id=photo["incident_photo_id"]))

    assert refused(house, case) == [""]


def test_one_photo_may_show_two_troubles_of_one_order(house: House) -> None:
    house.sends(a_picture(1))
    broken = house.opens()
    house.sends(smaller(a_picture(1), (512, 384)))
    missing = house.opens("missing")
    house.looks()

    assert (refused(house, broken), refused(house, missing)) == ([""], [""])
