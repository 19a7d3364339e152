"""What a kill, a full disk and two writers may leave behind: the old library or the new one."""

import random
import resource
import signal
import subprocess
import sys
import textwrap
import time
from contextlib import suppress
from pathlib import Path

import pytest
from library_fakes import open_library, report_text, write_report

from retrieval.errors import LibraryDamaged, LibraryError
from retrieval.library.library import Library

pytestmark = pytest.mark.slow

TESTS = Path(__file__).parent
ROUNDS = 14

INGEST = textwrap.dedent(
    """
    import sys
    sys.path[:0] = [{tests!r}, {root!r}]
    from pathlib import Path
    from library_fakes import open_library
    print("ready", flush=True)
    sys.stdin.readline()
    with open_library(Path(sys.argv[1])) as library:
        library.ingest([Path(sys.argv[2])])
    print("done", flush=True)
    """
).format(tests=str(TESTS), root=str(TESTS.parent))


def start(library: Path, source: Path, **options) -> subprocess.Popen:
    process = subprocess.Popen(
        [sys.executable, "-c", INGEST, str(library), str(source)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options,
    )  # fmt: skip
    assert process.stdout.readline() == "ready\n"
    return process


def go(process: subprocess.Popen) -> None:
    process.stdin.write("\n")
    process.stdin.flush()


def held(library: Library) -> dict[str, str]:
    return {s.meta.source: library.report(s.id).text for s in library.reports()}


def write_all(folder: Path, count: int) -> dict[str, str]:
    for i in range(12):
        write_report(
            folder, f"{i:02}.txt", place=f"第{'一二三四五六七八九十百千'[i]}县", count=count
        )
    return {p.name: p.read_text("utf-8") for p in sorted(folder.glob("*.txt"))}


def test_a_kill_at_any_moment_leaves_the_old_library_or_the_new(tmp_path):
    source, folder = tmp_path / "in", tmp_path / "lib"
    old = write_all(source, 1)
    with open_library(folder) as library:
        library.ingest([source])

    began = time.monotonic()
    trial = start(tmp_path / "trial", source)
    go(trial)
    assert trial.wait() == 0
    whole_run_s = time.monotonic() - began

    dice = random.Random(11)
    kept_old = finished = 0
    for round_number in range(2, 2 + ROUNDS):
        new = write_all(source, round_number)
        process = start(folder, source)
        go(process)
        time.sleep(dice.uniform(0, whole_run_s))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        with open_library(folder, create=False) as library:
            assert library.verify() == []
            found = held(library)
            assert found in (old, new), "neither the old library nor the new one"
            kept_old += found == old
            finished += found == new
            # Run again, it ends where an undisturbed run ends.
            library.ingest([source])
            assert held(library) == new
            assert library.verify() == []
            assert len(list((folder / "generations").iterdir())) < 2 * ROUNDS + 3
        old = new
    assert kept_old, "no kill came early enough to tell anything"


def test_a_kill_during_the_first_ingest_leaves_nothing_half(tmp_path):
    source = tmp_path / "in"
    new = write_all(source, 1)
    dice = random.Random(3)
    for attempt in range(6):
        folder = tmp_path / f"lib{attempt}"
        process = start(folder, source)
        go(process)
        time.sleep(dice.uniform(0, 0.25))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        with open_library(folder) as library:
            assert held(library) in ({}, new)
            library.ingest([source])
            assert held(library) == new
            assert library.verify() == []


@pytest.mark.parametrize("moment", ["build", "switch", "retire"])
def test_a_failure_around_the_switch_leaves_old_or_new(tmp_path, monkeypatch, moment):
    from retrieval.library.folder_shelf import FolderShelf

    source, folder = tmp_path / "in", tmp_path / "lib"
    old = write_all(source, 1)
    with open_library(folder) as library:
        library.ingest([source])
        new = write_all(source, 2)

        def fail(*_, **__):
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(FolderShelf, moment, fail)
            with pytest.raises(KeyboardInterrupt):
                library.ingest([source])
        assert held(library) == (new if moment == "retire" else old)
    with open_library(folder, create=False) as library:
        assert held(library) == (new if moment == "retire" else old)
        library.ingest([source])
        assert held(library) == new
        assert library.verify() == []


def test_two_writers_at_once_one_is_refused_and_nothing_is_lost(tmp_path):
    source, folder = tmp_path / "in", tmp_path / "lib"
    with open_library(folder) as library:
        for attempt in range(4):
            new = write_all(source, attempt)
            writers = [start(folder, source), start(folder, source)]
            for writer in writers:
                go(writer)
            errors = [w.communicate()[1] for w in writers]
            codes = sorted(w.returncode for w in writers)
            assert codes in ([0, 0], [0, 1])
            if codes == [0, 1]:
                assert "LibraryBusy" in "".join(errors)
            library.refresh()
            assert held(library) == new
            assert library.verify() == []


def test_a_full_disk_leaves_the_old_library_serving(tmp_path):
    source, folder = tmp_path / "in", tmp_path / "lib"
    old = write_all(source, 1)
    with open_library(folder) as library:
        library.ingest([source])
        (source / "huge.txt").write_text(
            report_text(place="大山县") + "行政执法案卷评查工作。\n" * 60_000, "utf-8"
        )
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, limits[1]))
        try:
            with pytest.raises(LibraryError, match="原有内容没有变"):
                library.ingest([source])
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert held(library) == old
        assert library.search_lexical("规范性文件", 2)
        assert library.verify() == []
        assert "added" in {r.status for r in library.ingest([source])}
        assert library.verify() == []


@pytest.mark.parametrize("name", ["*.term", "*.store", "*.idx", "meta.json"])
@pytest.mark.parametrize("scrambled", [0.0, 0.5, 0.9])
def test_a_damaged_word_index_is_told_and_does_not_stop_an_ingest(tmp_path, name, scrambled):
    source, folder = tmp_path / "in", tmp_path / "lib"
    write_all(source, 1)
    with open_library(folder) as library:
        library.ingest([source])
        lexical = folder / "generations" / library.generation / "lexical"
        for part in lexical.glob(name):
            raw = part.read_bytes()
            cut = int(len(raw) * scrambled)
            part.write_bytes(raw[:cut] + b"\x07" * (len(raw) - cut))
    with open_library(folder) as library:
        with suppress(LibraryDamaged):  # it may find less, it must not crash
            library.search_lexical("规范性文件", 5)
        write_report(source, "new.txt", place="新山县")
        library.ingest([source])
        assert library.verify() == []
        assert library.search_lexical("新山县规范性文件", 1)
