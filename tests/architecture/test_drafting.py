"""The drafting tool keeps numbers for ever."""

import shutil
from pathlib import Path

import pytest
from tests.architecture.contracts import CONTRACTS, Contract
from tools.draft_proto import Draft, find_module, main
from tools.wire import PROTO, compile_tree, pool_of


def draft(folder: Path) -> str:
    module = find_module("playlists")
    return Draft(module, "philomel.playlists.v1", pool_of(compile_tree(folder))).text()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(PROTO, tmp_path / "proto")
    return tmp_path / "proto"


def rewrite(folder: Path, *changes: tuple[str, str]) -> None:
    path = folder / "philomel/playlists/v1/playlists.proto"
    text = path.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)


def test_numbers_stay_and_gone_ones_are_reserved(folder: Path) -> None:
    rewrite(
        folder,
        ("  int64 rating = 3;", "  int64 rating = 17;\n  string reason = 19;"),
        ("  ITEM_KIND_TRACK = 1;", "  ITEM_KIND_TRACK = 5;\n  ITEM_KIND_RADIO = 6;"),
        ("  ITEM_KIND_ARTIST = 3;\n", ""),
    )
    text = draft(folder)
    assert '  reserved 19;\n  reserved "reason";\n' in text
    assert "  int64 rating = 17;" in text
    assert '  reserved 6;\n  reserved "ITEM_KIND_RADIO";\n' in text
    assert "  ITEM_KIND_TRACK = 5;" in text
    assert "  ITEM_KIND_ARTIST = 7;" in text
    compile_again(folder, text)


def test_options_are_carried_over_and_never_invented(folder: Path) -> None:
    before = draft(folder)
    there = before.count("(philomel.options.v1.data)")
    events = before.count("  string user_id = 1 [(philomel")
    assert there > events > 0
    path = folder / "philomel/playlists/v1/playlists.proto"
    path.write_text(before.replace("  string user_id = 1 [(philomel", "  string x = 1 [(philomel"))
    after = draft(folder)
    assert after.count("(philomel.options.v1.data)") == there - events
    assert "  string user_id = 5;" in after


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.name)
def test_a_new_service_is_drafted_whole(contract: Contract, folder: Path) -> None:
    shutil.rmtree(folder / "philomel" / contract.name)
    text = Draft(contract.module, contract.package, pool_of(compile_tree(folder))).text()
    path = folder / "philomel" / contract.name / "v1" / f"{contract.name}.proto"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    compile_tree(folder)


def compile_again(folder: Path, text: str) -> None:
    (folder / "philomel/playlists/v1/playlists.proto").write_text(text)
    compile_tree(folder)
    assert draft(folder) == text


def test_drafting_says_how_it_is_used(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "draft_proto" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["nothing"])
    assert main(["playlists"]) == 0
    assert capsys.readouterr().out.startswith('syntax = "proto3";')
