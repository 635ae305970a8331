"""Files of contacts: who is asked for them and with what, what becomes of them, and that none is lost on the way."""

from __future__ import annotations

import io
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import insert, select, update

import faults
from channels.base import Endpoint
from channels.downloads import open_downloads
from conversation import ids
from conversation.files import Folder
from conversation.tables import Alarm, Attachment, Message
from conversation.work import Database
from pipeline import media as job
from pipeline.housekeeping import Housekeeping
from pipeline.media import Media
from tests import samples
from tests.builders import Bell, HandClock, a_channel, a_conversation, a_message
from tests.providers.media import ACCESS_TOKEN, ACCOUNT_SID, AUTH_TOKEN, MediaStandIn

TWILIO, WHATSAPP, PAGE = ("twilio-whatsapp", "+14155238886"), ("meta-whatsapp", "10654"), ("meta-messenger", "1080")
MOST_BYTES = 2_000_000
Row = dict[str, Any]


@pytest.fixture
def host() -> Iterator[MediaStandIn]:
    with MediaStandIn() as standin:
        yield standin


@pytest.fixture
def worker(database: Database, host: MediaStandIn, tmp_path: Path) -> Iterator[Media]:
    endpoints = {
        TWILIO: Endpoint(*TWILIO, host.url, {"account_sid": ACCOUNT_SID, "auth_token": AUTH_TOKEN}),
        WHATSAPP: Endpoint(*WHATSAPP, host.url, {"access_token": ACCESS_TOKEN}),
        PAGE: Endpoint(*PAGE, host.url, {"access_token": ACCESS_TOKEN}),
    }
    downloads = open_downloads((host.url,), (host.cdn_host,), MOST_BYTES)
    yield Media(database, Folder(tmp_path / "media"), downloads, endpoints)
    downloads.client.close()


Came = Callable[..., str]


@pytest.fixture
def came(database: Database) -> Came:
    """Something came with a message: `came(url=…)`, `came(WHATSAPP, id=…)`; returns the attachment's id."""

    def arrive(channel: tuple[str, str] = TWILIO, type: str = "image", **item: Any) -> str:
        with database.work() as work:
            conversation_id = a_conversation(work, channel_id=a_channel(work, *channel))
            message = a_message(work, conversation_id, "", content={"media": [{"type": type}]})
            attachment_id = ids.new("att")
            work.connection.execute(insert(Attachment.__table__).values(
                attachment_id=attachment_id, message_id=message["message_id"], kind=type, mime=item.get("mime"),
                filename=item.get("filename"), remote={"type": type, **item}, state="remote", attempt=0))
        return attachment_id

    return arrive


@pytest.fixture
def row(database: Database) -> Callable[[str], Row]:
    def read(attachment_id: str) -> Row:
        table = Attachment.__table__
        with database.reading() as session:
            return dict(session.execute(select(table).where(table.c.attachment_id == attachment_id)).mappings().one())

    return read


def picture_of(worker: Media, row: Row, name: str = "stored_name") -> Image.Image:
    return Image.open(io.BytesIO(worker.folder.read(row[name]) or b""))


# Who is asked, and with whose credentials


def test_a_photo_over_twilio_is_fetched_with_our_account_and_kept(worker: Media, host: MediaStandIn, came: Came, row: Any) -> None:
    attachment_id = came(url=host.twilio_url(host.put("ME1", samples.a_photo())))

    worker.drain()

    assert (row(attachment_id)["state"], row(attachment_id)["mime"]) == ("stored", "image/jpeg")


def test_the_cdn_that_twilio_redirects_to_never_sees_our_token(worker: Media, host: MediaStandIn, came: Came) -> None:
    came(url=host.twilio_url(host.put("ME1", samples.a_photo())))

    worker.drain()

    assert len(host.secrets_seen_by("api")) == 1 and host.secrets_seen_by("cdn") == []


@pytest.mark.parametrize("place", [
    "/2010-04-01/Accounts/AC" + "6" * 32 + "/Messages/MM1/Media/ME1",
    f"/2010-04-01/Accounts/{ACCOUNT_SID}/../../../ME1",
    f"/2010-04-01/Accounts/{ACCOUNT_SID}/%2e%2e/%2e%2e/ME1",
    f"/{ACCOUNT_SID}/ME1",
])
def test_credentials_go_below_our_own_account_only(worker: Media, host: MediaStandIn, came: Came, place: str) -> None:
    came(url=host.url + place)

    worker.drain()

    assert host.asked and host.secrets_seen_by("api") == []


def test_a_file_elsewhere_is_asked_for_without_credentials(worker: Media, host: MediaStandIn, came: Came, row: Any) -> None:
    attachment_id = came(url=host.cdn_url(host.put("f", samples.a_photo())))

    worker.drain()

    assert row(attachment_id)["state"] == "stored" and host.secrets_seen_by("cdn") == []


def test_a_media_id_of_whatsapp_is_exchanged_and_fetched_with_the_token(
    worker: Media, host: MediaStandIn, came: Came, row: Any
) -> None:
    attachment_id = came(WHATSAPP, id=host.put("1013859600285441", samples.a_voice_note()), type="audio")

    worker.drain()

    assert row(attachment_id)["mime"] == "audio/ogg"
    assert [path for _, path, _ in host.asked] == [
        "/v21.0/1013859600285441?phone_number_id=10654", "/whatsapp_business/attachments/1013859600285441"]


def test_a_picture_of_messenger_needs_no_credentials(worker: Media, host: MediaStandIn, came: Came, row: Any) -> None:
    attachment_id = came(PAGE, url=host.cdn_url(host.put("f", samples.a_photo())))

    worker.drain()

    assert row(attachment_id)["state"] == "stored" and host.secrets_seen_by("cdn") == []


def test_an_address_inside_our_network_is_not_fetched(worker: Media, host: MediaStandIn, came: Came, row: Any) -> None:
    attachment_id = came(url="http://127.0.0.1:9/latest/meta-data")

    worker.drain()

    assert (row(attachment_id)["state"], row(attachment_id)["why"]) == ("failed", "refused")


def test_a_redirect_into_our_network_is_not_followed(worker: Media, host: MediaStandIn, came: Came, row: Any) -> None:
    attachment_id = came(url=host.cdn_url("f"))
    host.fail("elsewhere")

    worker.drain()

    assert (row(attachment_id)["state"], row(attachment_id)["why"]) == ("failed", "refused")


def test_a_page_that_was_shared_is_no_file(worker: Media, host: MediaStandIn, came: Came, row: Any) -> None:
    attachment_id = came(PAGE, type="share", url=host.cdn_url(host.put("page", samples.HTML)))

    worker.drain()

    assert row(attachment_id)["why"] == "no_source" and not host.asked


# What goes wrong


def test_twilios_early_404_is_asked_again(
    worker: Media, host: MediaStandIn, came: Came, row: Any, hand_clock: HandClock
) -> None:
    attachment_id = came(url=host.twilio_url(host.put("ME1", samples.a_photo())))
    host.fail("404")
    worker.drain()
    assert row(attachment_id)["state"] == "remote"

    hand_clock.forward(seconds=1)
    worker.drain()

    assert row(attachment_id)["state"] == "stored"


def test_the_next_try_waits_for_its_time(worker: Media, host: MediaStandIn, came: Came) -> None:
    came(url=host.twilio_url("ME1"))
    host.fail("404")
    worker.drain()

    assert worker.drain() == 0


def test_a_host_that_asks_for_patience_gets_it(
    worker: Media, host: MediaStandIn, came: Came, row: Any, hand_clock: HandClock
) -> None:
    attachment_id = came(url=host.cdn_url("f"))
    host.fail("429")

    worker.drain()

    assert (row(attachment_id)["not_before"] - hand_clock.at).total_seconds() == 7


@pytest.mark.parametrize(("mode", "why", "minutes"), [
    ("404", "not_found", 2), ("401", "forbidden", 2), ("500", "unreachable", 11), ("reset", "unreachable", 11),
])
def test_what_cannot_be_had_is_given_up_with_its_reason(
    worker: Media, host: MediaStandIn, came: Came, row: Any, hand_clock: HandClock, mode: str, why: str, minutes: int
) -> None:
    attachment_id = came(url=host.cdn_url("f"))
    host.fail(*[mode] * 40)
    for _ in range(minutes * 60):
        hand_clock.forward(seconds=1)
        worker.drain()

    assert (row(attachment_id)["state"], row(attachment_id)["why"]) == ("failed", why)


def test_the_tries_end_within_ten_to_eleven_minutes() -> None:
    waits = [job.delay("unreachable", attempt) for attempt in range(1, 20)]

    assert 600 <= sum(wait for wait in waits if wait) <= 660 and waits[-1] is None


def test_what_is_too_long_stays_where_it_is(worker: Media, host: MediaStandIn, came: Came, row: Any) -> None:
    attachment_id = came(url=host.cdn_url(host.put("f", b"\x00" * (MOST_BYTES + 1))))

    worker.drain()

    assert row(attachment_id)["state"] == "too_big"


def test_what_never_ends_is_cut_off(worker: Media, host: MediaStandIn, came: Came, row: Any) -> None:
    attachment_id = came(url=host.cdn_url("f"))
    host.fail("endless")

    worker.drain()

    assert row(attachment_id)["state"] == "too_big"


def test_the_message_stays_whatever_becomes_of_its_file(worker: Media, came: Came, database: Database) -> None:
    came(url="http://127.0.0.1:9/gone")

    worker.drain()

    with database.reading() as session:
        assert session.execute(select(Message.__table__.c.content)).scalar_one() == {"media": [{"type": "image"}]}


def test_the_page_is_told_what_became_of_it(worker: Media, host: MediaStandIn, came: Came, bell: Bell) -> None:
    came(url=host.cdn_url(host.put("f", samples.a_photo())))
    bell.rung.clear()

    worker.drain()

    assert [notice.kind for notice in bell.rung] == ["changed"]


# What is kept


def test_a_photo_loses_its_place_and_stands_upright(worker: Media, host: MediaStandIn, came: Came, row: Any) -> None:
    attachment_id = came(url=host.cdn_url(host.put("f", samples.a_photo_of_madrid())))

    worker.drain()

    picture = picture_of(worker, row(attachment_id))
    assert not picture.getexif() and picture.size == (480, 640) == (row(attachment_id)["width"], row(attachment_id)["height"])


def test_a_thumbnail_is_small(worker: Media, host: MediaStandIn, came: Came, row: Any) -> None:
    attachment_id = came(url=host.cdn_url(host.put("f", samples.a_photo((3000, 2000)))))

    worker.drain()

    assert picture_of(worker, row(attachment_id), "thumbnail").size == (480, 320)


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_a_moving_picture_keeps_moving(worker: Media, host: MediaStandIn, came: Came, row: Any, kind: str) -> None:
    attachment_id = came(url=host.cdn_url(host.put("f", samples.a_moving_picture(kind))))

    worker.drain()

    assert getattr(picture_of(worker, row(attachment_id)), "n_frames", 1) == 4


def test_a_film_loses_its_place_and_nothing_else(worker: Media, host: MediaStandIn, came: Came, row: Any) -> None:
    film = samples.a_film()
    attachment_id = came(url=host.cdn_url(host.put("f", film)), type="video")

    worker.drain()

    kept = worker.folder.read(row(attachment_id)["stored_name"])
    assert kept == film.replace(samples.MADRID_6709, b" " * len(samples.MADRID_6709))
    assert row(attachment_id)["seconds"] == 4.0


def test_an_apple_photo_is_kept_without_its_place(worker: Media, host: MediaStandIn, came: Came, row: Any) -> None:
    attachment_id = came(url=host.cdn_url(host.put("f", samples.a_heic())))

    worker.drain()

    kept = worker.folder.read(row(attachment_id)["stored_name"]) or b""
    exif = Image.Exif()
    exif.load(kept[kept.index(b"Exif\0\0") :])
    assert (exif.get(0x010F), dict(exif.get_ifd(0x8825))) == ("Camera", {})


def test_a_voice_note_says_how_long_it_is(worker: Media, host: MediaStandIn, came: Came, row: Any) -> None:
    attachment_id = came(WHATSAPP, id=host.put("77", samples.a_voice_note(12.5)), type="audio", voice=True)

    worker.drain()

    assert row(attachment_id)["seconds"] == 12.5


@pytest.mark.parametrize(("content", "mime"), [
    (samples.SVG, "image/svg+xml"), (samples.HTML, "text/html"), (samples.PDF, "application/pdf"),
])
def test_the_bytes_say_what_it_is_and_not_its_sender(
    worker: Media, host: MediaStandIn, came: Came, row: Any, content: bytes, mime: str
) -> None:
    attachment_id = came(url=host.cdn_url(host.put("f", content)), mime="image/jpeg", filename="playa.jpg")

    worker.drain()

    assert row(attachment_id)["mime"] == mime


@pytest.mark.parametrize(("content", "why"), [
    (samples.PROGRAM, "not_allowed"), (b"", "not_allowed"), (samples.GIF_AND_SCRIPT, "unreadable"),
    (samples.a_bomb(), "unreadable"), (samples.a_photo()[:200], "unreadable"),
])
def test_what_could_hurt_is_not_kept(
    worker: Media, host: MediaStandIn, came: Came, row: Any, content: bytes, why: str
) -> None:
    attachment_id = came(url=host.cdn_url(host.put("f", content)))

    worker.drain()

    assert (row(attachment_id)["state"], row(attachment_id)["why"]) == ("failed", why)


def test_what_hangs_on_behind_a_photo_is_gone(worker: Media, host: MediaStandIn, came: Came, row: Any) -> None:
    attachment_id = came(url=host.cdn_url(host.put("f", samples.a_photo() + samples.HTML)))

    worker.drain()

    assert b"<script" not in (worker.folder.read(row(attachment_id)["stored_name"]) or b"<script")


def test_a_contact_that_was_sent_as_a_file_is_read(
    worker: Media, host: MediaStandIn, came: Came, database: Database
) -> None:
    came(url=host.cdn_url(host.put("f", samples.VCARD)), type="contact")

    worker.drain()

    with database.reading() as session:
        content = session.execute(select(Message.__table__.c.content)).scalar_one()
    assert content["contacts"] == [{"name": "Marta Ríos", "phones": ["+34 600 111 222"]}]


def test_a_file_is_readable_by_its_owner_alone(worker: Media, host: MediaStandIn, came: Came, row: Any) -> None:
    came(url=host.cdn_url(host.put("f", samples.PDF)))

    worker.drain()

    assert {path.stat().st_mode & 0o777 for path in worker.folder.root.rglob("*") if path.is_file()} == {0o600}


# Dying, fencing, room


@pytest.mark.parametrize("point", ["media claimed", "before media fetch", "after media fetch", "media file written"])
def test_a_worker_that_dies_is_followed_by_another(
    worker: Media, host: MediaStandIn, came: Came, row: Any, hand_clock: HandClock, point: str
) -> None:
    attachment_id = came(url=host.cdn_url(host.put("f", samples.a_photo())))
    faults.arm(f"{point}#1:raise")
    with pytest.raises(faults.Fault):
        worker.drain()
    faults.disarm()
    hand_clock.forward(seconds=91)

    worker.drain()

    assert row(attachment_id)["state"] == "stored"
    assert len([path for path in worker.folder.root.rglob("*") if path.is_file()]) == 2


def test_a_worker_that_was_thought_dead_changes_nothing(
    worker: Media, host: MediaStandIn, came: Came, row: Any, hand_clock: HandClock
) -> None:
    attachment_id = came(url=host.cdn_url(host.put("f", samples.PDF)))
    (late,) = worker._claim(1, job.LEASE * 0)
    hand_clock.forward(seconds=91)
    worker.drain()
    before = row(attachment_id)

    host.files.clear()
    worker.run(late)

    assert row(attachment_id) == before


def test_what_a_worker_still_works_on_is_left_to_it_and_a_dead_one_is_noticed_soon(
    worker: Media, host: MediaStandIn, came: Came, hand_clock: HandClock
) -> None:
    came(url=host.cdn_url(host.put("f", samples.PDF)))
    held = worker._claim(1, job.LEASE * 0)
    hand_clock.forward(seconds=10)
    worker.renew(held)

    hand_clock.forward(seconds=10)
    assert worker.drain() == 0

    hand_clock.forward(seconds=6)
    assert worker.drain() == 1


def test_what_a_worker_of_this_host_died_over_is_fetched_by_the_next_at_once(
    worker: Media, host: MediaStandIn, came: Came, database: Database
) -> None:
    came(url=host.cdn_url(host.put("f", samples.PDF)))
    worker._claim(1, job.LEASE * 0)
    worker.inherit()
    assert worker.drain() == 0, "who holds it lives"
    with database.work() as work:
        work.connection.execute(update(Attachment.__table__).values(owner=f"{socket.gethostname()}:{2**22 + 1}"))
    worker.inherit()

    assert worker.drain() == 1


def test_a_file_that_kills_its_worker_again_and_again_is_given_up(
    worker: Media, host: MediaStandIn, came: Came, row: Any, hand_clock: HandClock
) -> None:
    attachment_id = came(url=host.cdn_url(host.put("f", samples.PDF)))
    for _ in range(12):
        worker._claim(1, job.LEASE * 0)
        hand_clock.forward(seconds=91)

    worker.drain()

    assert row(attachment_id)["state"] == "failed" and not host.asked


def test_rows_of_the_bulk_worker_are_left_to_it_for_some_seconds(
    worker: Media, host: MediaStandIn, came: Came, hand_clock: HandClock
) -> None:
    came(url=host.cdn_url(host.put("f", samples.PDF)))
    assert worker.drain(job.LEASE) == 0

    hand_clock.forward(seconds=91)

    assert worker.drain(job.LEASE) == 1


def test_a_folder_that_cannot_be_written_is_an_alarm_and_costs_no_file(
    worker: Media, host: MediaStandIn, came: Came, row: Any, database: Database, hand_clock: HandClock
) -> None:
    attachment_id = came(url=host.cdn_url(host.put("f", samples.PDF)))
    worker.folder.root.write_bytes(b"in the way")
    worker.drain()
    with database.reading() as session:
        assert session.execute(select(Alarm.__table__.c.text)).scalar_one() == "media_unwritable"

    worker.folder.root.unlink()
    hand_clock.forward(seconds=31)
    worker.drain()

    assert (row(attachment_id)["state"], row(attachment_id)["attempt"]) == ("stored", 1)


def test_the_alarm_is_over_once_a_file_could_be_written(
    worker: Media, host: MediaStandIn, came: Came, database: Database, hand_clock: HandClock
) -> None:
    came(url=host.cdn_url(host.put("f", samples.PDF)))
    worker.folder.root.write_bytes(b"in the way")
    worker.drain()
    worker.folder.root.unlink()
    hand_clock.forward(seconds=31)

    worker.drain()

    with database.reading() as session:
        assert session.execute(select(Alarm.__table__.c.cleared_at)).scalar_one() == hand_clock.at


# Keeping and throwing away


def test_files_that_were_kept_long_enough_go_and_their_rows_say_so(
    worker: Media, host: MediaStandIn, came: Came, row: Any, database: Database, hand_clock: HandClock
) -> None:
    attachment_id = came(url=host.cdn_url(host.put("f", samples.a_photo())))
    worker.drain()
    hand_clock.forward(days=366)

    Housekeeping(database, worker.folder.root, 365).forget()

    assert row(attachment_id)["state"] == "removed" and not [p for p in worker.folder.root.rglob("*") if p.is_file()]


def test_nothing_goes_where_files_are_kept_for_ever(
    worker: Media, host: MediaStandIn, came: Came, row: Any, database: Database, hand_clock: HandClock
) -> None:
    attachment_id = came(url=host.cdn_url(host.put("f", samples.PDF)))
    worker.drain()
    hand_clock.forward(days=9999)

    Housekeeping(database, worker.folder.root, 0).forget()

    assert row(attachment_id)["state"] == "stored"


def test_a_file_without_a_row_is_cleared_out_and_one_with_a_row_stays(
    worker: Media, host: MediaStandIn, came: Came, row: Any, database: Database
) -> None:
    attachment_id = came(url=host.cdn_url(host.put("f", samples.a_photo())))
    worker.drain()
    worker.folder.write(ids.new("att"), b"nobody's")

    gone = Housekeeping(database, worker.folder.root, 0).clear_out(-1)

    assert gone == 1 and worker.folder.read(row(attachment_id)["thumbnail"])


def test_the_house_is_looked_after_once_an_hour(database: Database, tmp_path: Path) -> None:
    clock = iter((0.0, 10.0, 3601.0))
    (tmp_path / "aa" / "bb").mkdir(parents=True)
    keeping = Housekeeping(database, tmp_path, 0, tick_clock=lambda: next(clock))

    assert [keeping.tick(), keeping._next_at, keeping.tick(), keeping._next_at, keeping.tick(), keeping._next_at] == [
        0, 3600.0, 0, 3600.0, 0, 7201.0]
