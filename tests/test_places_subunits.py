"""Streets, towns and zones that report for themselves: their names, and how questions reach them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading import resolve as resolve

from retrieval.places import gazetteer
from retrieval.places.places import PlaceIndex
from retrieval.places.subunits import (
    is_unit,
    kind_after_name,
    territory,
    unit_of,
    unit_surfaces,
    words_for,
)

OWNERS = [
    ("安徽省", "滁州市", "琅琊区"),
    ("浙江省", "舟山市", "岱山县"),
    ("江苏省", "苏州市", "昆山市"),
    ("重庆市", "綦江区"),
    ("河北省", "衡水市"),
]
SETTLEMENTS = [("街道", "办事处"), ("镇", "人民政府"), ("乡", "人民政府"), ("民族乡", "人民政府")]
# 新区 and 园区 end counties, too: 浦东新区, 梁园区
ZONES = [kind for kind in gazetteer.ZONES.split("|") if kind not in ("新区", "园区")]
OWN_NAMES = ["丰乐", "柏溪", "石桥头", "云龙", "松坪"]


@st.composite
def units(draw: st.DrawFn) -> tuple[tuple[str, ...], str, str]:
    """Return a place, a unit's name and the name of who governs it, with more or fewer parents."""
    place = draw(st.sampled_from(OWNERS))
    own = draw(st.sampled_from(OWN_NAMES))
    kind, office = draw(
        st.sampled_from([*SETTLEMENTS, *((z, o) for z in ZONES for o in ("管委会", "管理委员会"))])
    )
    prefix = draw(st.sampled_from(["", place[-1], place[-1] + "人民政府", "".join(place)]))
    return place, own + kind, prefix + own + kind + office


@given(units())
def test_a_unit_is_the_last_level_of_its_place(made: tuple[tuple[str, ...], str, str]) -> None:
    place, unit, issuer = made
    chain = territory(place, issuer)
    assert chain == (*place, unit)
    assert territory(chain, issuer) == chain
    assert unit_of(chain, issuer) == unit


@pytest.mark.slow
@given(
    units(),
    st.sampled_from(
        ["{P:%s}2022年罚款多少", "简述{P:%s}的综合执法情况", "请概述一下{P:%s}有哪些问题"]
    ),
)
def test_every_name_of_a_held_unit_finds_it(
    made: tuple[tuple[str, ...], str, str], question: str
) -> None:
    place, _, issuer = made
    chain = territory(place, issuer)
    index = PlaceIndex([(place, issuer)])
    for name in (*unit_surfaces(chain), issuer):
        (mention,) = resolve(index, question % name).mentions
        assert (mention.text, mention.held) == (name, (chain,))


@pytest.mark.parametrize("place", OWNERS)
@pytest.mark.parametrize(
    ("kind", "forms"),
    [
        ("经济技术开发区", ["经济技术开发区", "经开区", "开发区", "经开区管委会"]),
    ],
)
def test_a_zone_without_a_name_of_its_own_bears_its_places(
    place: tuple[str, ...], kind: str, forms: list[str]
) -> None:
    name = place[-1]
    short = name[:-1]
    chain = territory(place, f"{short}{kind}管委会")
    assert chain == (*place, short + kind)
    assert territory(place, f"{name}{kind}管理委员会") == territory(place, f"{kind}管委会") == chain
    index = PlaceIndex([(place, f"{short}{kind}管委会")])
    for form in forms:
        for owner in (name, short):
            assert resolve(index, f"{owner}{form}2023年有哪些问题").held == (chain,)


@pytest.mark.parametrize(
    ("place", "issuer"),
    [
        (("上海市", "浦东新区"), "浦东新区人民政府"),
        (("河南省", "新乡市"), "新乡市人民政府"),
        (("江西省", "景德镇市"), "景德镇市人民政府"),
        (("江苏省", "镇江市"), "镇江市人民政府办公室"),
        (("安徽省", "滁州市"), "滁州市国有资产监督管理委员会"),
        (("安徽省", "滁州市"), "滁州市城乡建设局"),
        (("安徽省", "滁州市"), "滁州市人民政府"),
        ((), "新乡市人民政府"),
        ((), ""),
    ],
)
def test_governments_and_bureaus_are_no_units(place: tuple[str, ...], issuer: str) -> None:
    assert unit_of(place, issuer) == ""
    assert territory(place, issuer) == place


LANGYA = ("安徽省", "滁州市", "琅琊区")
FENGLE = (*LANGYA, "丰乐街道")
HENGSHUI = ("河北省", "衡水市", "衡水高新技术产业开发区")
DAISHAN = ("浙江省", "舟山市", "岱山县")
INDEX = PlaceIndex(
    [
        (LANGYA, "琅琊区人民政府丰乐街道办事处"),
        (HENGSHUI[:2], "衡水高新技术产业开发区管理委员会"),
        (DAISHAN, "岱山县人民政府"),
    ]
)


@pytest.mark.parametrize(
    ("question", "held"),
    [
        ("丰乐2022年立案多少", FENGLE),
        ("简述丰乐2022年的执法", FENGLE),
        ("丰乐那边罚款多少", FENGLE),
        ("峰乐街道2022年立案多少", FENGLE),
        ("锋乐街道2022年立案多少", FENGLE),
        ("琅琊区峰乐街道2022年立案多少", FENGLE),
        ("滁州琅琊丰乐街道的问题", FENGLE),
        ("琅琊区街道办2022年罚款", FENGLE),
        ("What problems did Fengle Subdistrict report?", FENGLE),
        ("How many cases did Langya District's Fengle Subdistrict Office handle?", FENGLE),
        ("衡水高新区2023年罚款", HENGSHUI),
        ("衡水市高新区的问题", HENGSHUI),
        ("河北衡水高新区的问题", HENGSHUI),
        ("高新区2023年罚款", HENGSHUI),
        ("Penalties of the Hengshui High-tech Zone", HENGSHUI),
        ("Hengshui High-tech Industrial Development Zone in 2023", HENGSHUI),
        ("Did Hengshui Development Zone list problems?", HENGSHUI),
    ],
)
def test_unit_named_in_other_words(question: str, held: tuple[str, ...]) -> None:
    assert resolve(INDEX, question).held == (held,)


@pytest.mark.parametrize(
    ("question", "unit"),
    [
        ("岱山街道2023年败诉率", "岱山街道"),
        ("岱山镇2023年罚款多少", "岱山镇"),
        ("岱山经济开发区2023年罚款多少", "岱山经济开发区"),
        ("岱山县经济开发区2023年罚款多少", "岱山县经济开发区"),
        ("岱山高新区管委会有哪些问题", "岱山高新区管委会"),
        ("岱山高亭镇2023年罚款多少", "岱山高亭镇"),
        ("岱山县的高亭镇2023年罚款多少", "岱山县的高亭镇"),
        ("Daishan Subdistrict in 2023", "Daishan Subdistrict"),
        ("琅琊街道2022年罚款", "琅琊街道"),
        ("简述柏溪街道2022年的执法", "柏溪街道"),
        ("麻烦概述柏溪镇2022年的执法", "柏溪镇"),
    ],
)
def test_a_unit_nothing_is_held_for_is_not_its_namesake(question: str, unit: str) -> None:
    resolution = resolve(INDEX, question)
    assert resolution.held == ()
    assert [m.text for m in resolution.missing] == [unit]


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("岱山高亭镇2023年罚款多少", "高亭镇"),
        ("岱山街道2023年罚款多少", "岱山街道"),
        ("岱山经开区2023年罚款多少", "经济开发区"),
        ("岱山县2023年高亭镇罚款多少", "高亭街道"),
        ("岱山2023年高亭镇有哪些问题", "高亭镇"),
    ],
)
def test_a_unit_the_countys_report_speaks_of_is_a_topic(question: str, words: str) -> None:
    asked: list[tuple[str, ...]] = []

    def speaks_of(place: tuple[str, ...], names: object) -> bool:
        asked.append(place)
        return words in list(names)  # type: ignore[call-overload]

    if words == "经济开发区":
        question = question.replace("经开区", "经济开发区")
    resolution = resolve(INDEX, question, speaks_of=speaks_of)
    assert (resolution.held, resolution.missing) == ((DAISHAN,), ())
    assert asked[0] == DAISHAN


@pytest.mark.parametrize(
    "question",
    [
        "岱山街道综合执法改革进展",
        "岱山县街道办有几个",
        "岱山乡镇有几个",
        "岱山乡下有几个司法所",
        "岱山镇街赋权多少项",
        "岱山街道和乡镇的执法力量",
        "岱山乡村振兴",
    ],
)
def test_kinds_of_unit_stay_a_topic_of_the_county(question: str) -> None:
    resolution = resolve(INDEX, question)
    assert (resolution.held, resolution.missing) == ((DAISHAN,), ())


@pytest.mark.parametrize(
    ("question", "near", "held"),
    [
        ("那高新区呢", HENGSHUI[:2], (HENGSHUI,)),
        ("管委会的问题", HENGSHUI[:2], (HENGSHUI,)),
        ("高新区呢", DAISHAN, (HENGSHUI,)),
        ("街道的执法人员有多少", DAISHAN, ()),
        ("街道的执法人员有多少", None, ()),
    ],
)
def test_kind_alone_in_a_conversation(
    question: str, near: tuple[str, ...] | None, held: tuple[tuple[str, ...], ...]
) -> None:
    assert resolve(INDEX, question, near=[near] if near else []).held == held


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("街道2023年", "街道"),
        ("街道办事处", "街道办事处"),
        ("乡镇", ""),
        ("镇区", ""),
        ("高新区管委会", "高新区管委会"),
    ],
)
def test_kind_after_a_name(text: str, matches: str) -> None:
    match = kind_after_name(text, 0)
    assert (match.group() if match else "") == matches


def test_words_for_a_unit() -> None:
    assert "高亭街道" in words_for("高亭镇", "岱山县")
    assert words_for("岱山街道", "岱山县") == ("岱山街道",)
    assert "经开区" in words_for("岱山经济开发区", "岱山县")
    assert words_for("岱山新区", "岱山县") == ("岱山新区",)
    assert "产业园" in words_for("岱山园区", "岱山县")  # what is called so in speech
    assert is_unit("高亭镇")
    assert not is_unit("经济开发区")


def test_the_end_of_a_units_own_name_is_enough() -> None:
    zone = ("清淮临港经济技术开发区",)
    index = PlaceIndex([(zone, "清淮临港经济技术开发区管理委员会")])

    def held(question: str, name: str) -> tuple[tuple[str, ...], ...]:
        (mention,) = index.resolve(question, [(0, len(name))]).mentions
        return mention.held

    assert held("临港经开区存在哪些问题", "临港经开区") == (zone,)
    assert held("临港园区存在哪些问题", "临港园区") == (zone,)
    assert not held("望港经开区存在哪些问题", "望港经开区")
    assert not held("临港高新区存在哪些问题", "临港高新区")
