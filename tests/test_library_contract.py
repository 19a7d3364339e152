"""What every place where a library can stand must do: the same tests on each.

They are those of ``test_library`` that know no folder, run on a folder, on one with a Chroma
server beside it, and on PostgreSQL.
"""

import chroma_server
import library_fakes
import postgres_server
import pytest
from test_library import *  # noqa: F403 - the tests of this module, chosen below

from retrieval.errors import LibraryBusy

pytestmark = pytest.mark.slow

# A folder's own: its files, locks, permissions and rescue.
OF_FOLDERS = (
    "test_a_removed_report_is_gone_with_its_words",
    "test_a_missing_library_says_how_to_make_one",
    "test_a_file_is_no_library",
    "test_another_schema_is_refused",
    "test_a_second_writer_is_refused_within_two_seconds",
    "test_a_read_only_library_answers_and_says_why_it_takes_nothing_in",
    "test_damaged_indexes_are_noticed_and_mended",
    "test_what_is_missing_at_opening_is_told_with_the_command",
    "test_a_database_that_is_gone_or_scrambled_is_told",
    "test_changed_words_in_the_database_are_found",
    "test_opening_reads_no_index",
    "test_mending_a_sound_database_leaves_it_alone",
    "test_what_a_damaged_database_still_gives_is_rescued",
    "test_a_database_that_cannot_be_opened_is_replaced_and_all_that_is_lost_is_named",
    "test_a_rebuild_of_an_open_library_rescues_too",
    "test_a_running_reader_follows_a_rescue",
    "test_facts_come_back_as_they_were_found",
)
for _name in OF_FOLDERS:
    del globals()[_name]


@pytest.fixture(scope="module")
def chroma(tmp_path_factory):
    yield from chroma_server.serve(tmp_path_factory.mktemp("chroma"))


@pytest.fixture(params=["folder", "chroma server", "postgres"], autouse=True)
def place(request, monkeypatch):
    """Let every library of a test stand at one place."""
    places = {
        "folder": lambda: {"store": library_fakes.QuickStore()},
        "chroma server": lambda: {"store": None, "chroma_url": request.getfixturevalue("chroma")},
        "postgres": lambda: {
            "store": None,
            "database_url": postgres_server.fresh_database(request.getfixturevalue("postgres")),
        },
    }
    monkeypatch.setattr(library_fakes, "PLACE", places[request.param]())
    return request.param


def test_a_removed_report_is_found_no_more(library):
    a, b = library.find("a.txt"), library.find("b.txt")
    library.remove("a.txt")
    assert [s.id for s in library.reports()] == [b.id]
    assert search(library, "青山县执法力量不足", [a.id]) == ([], [])  # noqa: F405
    assert library.reports_holding(["青山县"]) == []
    assert library.verify() == []


def test_a_second_writer_is_refused(library, source):
    with library._shelf.writing(), pytest.raises(LibraryBusy, match="另一个进程"):
        library.ingest([source])
    assert {r.status for r in library.ingest([source])} == {"unchanged"}


def test_facts_and_lengths_are_those_of_the_reports(tmp_path):
    from retrieval.library.library import Library
    from retrieval.parsing.indicators import find_facts

    with Library.open(
        tmp_path / "lib",
        embedder=FakeEmbedder(),  # noqa: F405
        create=True,
        **library_fakes.PLACE,
    ) as library:
        library.ingest([Path(__file__).parent.parent / "eval" / "reports"])  # noqa: F405
        ids = [summary.id for summary in library.reports()]
        for report in map(library.report, ids):
            facts = library.facts(report.id)
            assert facts == find_facts(report.text, report.sections)
            own = sum(s.end - s.start for s in report.sections if s.role != "furniture")
            assert library.own_chars([report.id]) == {report.id: own}
            named = {fact.indicator for fact in facts if fact.indicator}
            wanted = tuple(fact for fact in facts if fact.indicator in named)
            assert dict(library.figures(ids, named, []))[report.id] == wanted
        assert library.verify() == []
