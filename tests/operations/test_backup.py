"""Backup and restore: what comes back is what was there, and nothing is overwritten unasked."""

from __future__ import annotations

import fcntl
import io
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from conversation.files import Folder
from conversation.work import open_engine
from operations import backup, restore
from operations.backup import Place
from operations.errors import BackupFailed, RestoreRefused

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


@pytest.fixture
def place(migrated_url: str, tmp_path: Path) -> Place:
    flows = tmp_path / "flows"
    flows.mkdir()
    (flows / "menu.yaml").write_text("flow: menu\n", encoding="utf-8")
    (tmp_path / "data").mkdir()
    place = Place(migrated_url, tmp_path / "data", flows, tmp_path / "data" / "media")
    write_channel(place, "chn_1")
    return place


def write_channel(place: Place, channel_id: str) -> None:
    engine = open_engine(place.database_url)
    with engine.begin() as connection:
        row = {"id": channel_id}
        connection.execute(text("INSERT INTO channel VALUES (:id, 'twilio-sms', :id, '', '2026-11-22')"), row)
    engine.dispose()


def channels(place: Place) -> list[str]:
    engine = open_engine(place.database_url)
    with engine.connect() as connection:
        found = list(connection.execute(text("SELECT channel_id FROM channel ORDER BY 1")).scalars())
    engine.dispose()
    return found


def test_what_comes_back_is_what_was_there(place: Place) -> None:
    made = backup.make(place, None, NOW)
    write_channel(place, "chn_2")

    restore.restore(place, made, NOW, force=True)

    assert channels(place) == ["chn_1"]


def test_files_of_messages_come_back(place: Place) -> None:
    folder = Folder(place.data_dir / "media")
    folder.write("att_aaaaaaaaaaaaaaaa", b"a photo")
    made = backup.make(place, None, NOW)
    folder.remove("att_aaaaaaaaaaaaaaaa")

    restore.restore(place, made, NOW, force=True)

    assert folder.read("att_aaaaaaaaaaaaaaaa") == b"a photo"


def test_a_start_does_not_wait_for_the_files_of_messages(place: Place) -> None:
    Folder(place.data_dir / "media").write("att_aaaaaaaaaaaaaaaa", b"a photo")

    made = backup.before_migration(place, NOW)

    with tarfile.open(made) as archive:
        assert [name for name in archive.getnames() if name.startswith("media/")] == []


def test_a_backup_while_a_write_is_under_way_holds_what_was_committed(place: Place) -> None:
    engine = open_engine(place.database_url)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO channel VALUES ('chn_9', 'twilio-sms', 'x', '', '2026-11-22')"))
        made = backup.make(place, None, NOW)
    engine.dispose()

    restore.restore(place, made, NOW, force=True)

    assert channels(place) == ["chn_1"]


def test_a_database_that_holds_something_is_not_overwritten_unasked(place: Place) -> None:
    made = backup.make(place, None, NOW)

    with pytest.raises(RestoreRefused, match="--force"):
        restore.restore(place, made, NOW)


def test_forcing_keeps_a_backup_of_what_was_there(place: Place) -> None:
    made = backup.make(place, None, NOW)
    write_channel(place, "chn_2")
    restore.restore(place, made, NOW, force=True)

    restore.restore(place, place.data_dir / "backups" / "before-restore-20261122-093000.tar.gz", NOW, force=True)

    assert channels(place) == ["chn_1", "chn_2"]


def test_nothing_is_restored_while_relevo_runs(place: Place) -> None:
    made = backup.make(place, None, NOW)
    (place.data_dir / "run").mkdir()
    with open(place.data_dir / "run" / "supervisor.pid", "w", encoding="ascii") as running:
        fcntl.flock(running, fcntl.LOCK_EX)

        with pytest.raises(RestoreRefused, match="stop it first"):
            restore.restore(place, made, NOW, force=True)


@pytest.mark.parametrize("at", [100, -40])
def test_a_damaged_backup_is_refused(place: Place, at: int) -> None:
    made = backup.make(place, None, NOW)
    packed = bytearray(made.read_bytes())
    packed[at] ^= 0xFF
    made.write_bytes(packed)

    with pytest.raises(RestoreRefused, match="take another"):
        restore.verify(made)


@pytest.mark.parametrize("name", ["../outside", "/etc/outside"])
def test_a_member_that_leads_outside_is_refused(tmp_path: Path, name: str) -> None:
    with tarfile.open(tmp_path / "evil.tar", "w") as archive:
        archive.addfile(tarfile.TarInfo(name), io.BytesIO())

    with tarfile.open(tmp_path / "evil.tar") as archive, pytest.raises(RestoreRefused, match="outside"):
        restore.unpack(archive, tmp_path / "folder")


def test_a_link_is_refused(tmp_path: Path) -> None:
    link = tarfile.TarInfo("link")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc"
    with tarfile.open(tmp_path / "evil.tar", "w") as archive:
        archive.addfile(link)

    with tarfile.open(tmp_path / "evil.tar") as archive, pytest.raises(RestoreRefused, match="link"):
        restore.unpack(archive, tmp_path / "folder")


def test_a_member_that_was_exchanged_is_noticed(place: Place, tmp_path: Path) -> None:
    made = backup.make(place, None, NOW)
    with tarfile.open(made) as archive:
        restore.unpack(archive, tmp_path / "unpacked")
    (tmp_path / "unpacked" / "flows" / "menu.yaml").write_text("flow: other\n", encoding="utf-8")
    with tarfile.open(made, "w:gz") as archive:
        for path in (tmp_path / "unpacked").rglob("*.*"):
            archive.add(path, str(path.relative_to(tmp_path / "unpacked")))

    with pytest.raises(RestoreRefused, match="not what its manifest says"):
        restore.verify(made)


def test_flows_of_ours_stay_and_those_of_the_backup_lie_beside(place: Place) -> None:
    made = backup.make(place, None, NOW)
    (place.flows_dir / "menu.yaml").write_text("flow: newer\n", encoding="utf-8")

    restore.restore(place, made, NOW, force=True)

    assert "newer" in (place.flows_dir / "menu.yaml").read_text(encoding="utf-8")
    assert (place.data_dir / "flows-restored" / "menu.yaml").read_text(encoding="utf-8") == "flow: menu\n"


def test_a_backup_of_one_kind_is_not_restored_into_the_other(place: Place) -> None:
    made = backup.make(place, None, NOW)
    other = "sqlite:////nowhere.db" if place.kind == "postgresql" else "postgresql+psycopg://nowhere/x"

    with pytest.raises(RestoreRefused, match="one of its own kind"):
        restore.restore(Place(other, place.data_dir, place.flows_dir), made, NOW, force=True)


def test_backups_before_migrations_are_kept_five_deep(place: Place) -> None:
    for minute in range(7):
        backup.before_migration(place, NOW.replace(minute=minute))

    kept = sorted(path.name for path in (place.data_dir / "backups").iterdir())

    assert len(kept) == 5 and kept[0].startswith("before-migration-20261122-0902")


def test_only_its_owner_may_read_a_backup(place: Place) -> None:
    made = backup.make(place, None, NOW)

    assert made.stat().st_mode & 0o077 == 0


def test_without_a_database_there_is_nothing_to_back_up_and_nothing_is_left(tmp_path: Path) -> None:
    place = Place(f"sqlite:///{tmp_path / 'none.db'}", tmp_path, tmp_path)

    with pytest.raises(BackupFailed, match="no database"):
        backup.make(place, tmp_path / "out" / "b.tar.gz", NOW)

    assert list((tmp_path / "out").iterdir()) == []
