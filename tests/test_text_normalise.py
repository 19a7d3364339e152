import pytest
from hostile import ENDS, line_of
from hypothesis import given
from hypothesis import strategies as st

from retrieval.text.normalise import fold, level, normalise, simplify


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("２０２３年", "2023年"),
        ("ＱｉＪｉａｎｇ", "qijiang"),
        ("紹興市上虞區", "绍兴市上虞区"),
        ("綦江區法治政府建設", "綦江区法治政府建设"),
        ("依法行政", "依法行政"),
        ("（一）一是", "(一)一是"),
        ("100㎡", "100m2"),
        ("乾隆年間", "乾隆年间"),
    ],
)
def test_normalise(text: str, expected: str) -> None:
    assert normalise(text) == expected


def test_fold_drops_every_blank() -> None:
    assert fold(" 綦 江\u3000區\n２０２３\u00a0") == "綦江区2023"


def test_level_keeps_what_would_grow() -> None:
    assert level("１㎡ＡＢ縣") == "1㎡ab县"


@given(st.text())
def test_level_keeps_positions(text: str) -> None:
    assert len(level(text)) == len(text)


@given(st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)))
def test_simplify_keeps_length(text: str) -> None:
    assert len(simplify(text)) == len(text)


@given(st.text(alphabet=st.characters()))
def test_normalise_never_fails(text: str) -> None:
    assert isinstance(normalise(text), str)
    assert not any(character.isspace() for character in fold(text))


def test_lone_surrogate_and_nul_are_harmless() -> None:
    assert len(level("縣\udc80\0")) == 3
    assert normalise("縣\udc80") == "县?"


@ENDS
def test_long_text_takes_linear_time() -> None:
    text = line_of("綦江区司法局推进法治政府建设")
    assert len(level(text)) == len(normalise(text)) == len(text)
