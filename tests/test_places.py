import pytest
from hostile import ENDS, FEW, line_of
from hypothesis import given
from hypothesis import strategies as st
from reading import resolve as resolve

from retrieval.places.gazetteer import contains, gazetteer, short_name
from retrieval.places.place_words import is_a_word
from retrieval.places.places import PlaceIndex

SHANGYU = ("浙江省", "绍兴市", "上虞区")
KEQIAO = ("浙江省", "绍兴市", "柯桥区")
YUSHAN = ("江西省", "上饶市", "玉山县")
YUNCHENG = ("广东省", "云浮市", "云城区")
QIJIANG = ("重庆市", "綦江区")
HELD = [
    (SHANGYU, "绍兴市上虞区人民政府"),
    (YUSHAN, "玉山县人民政府"),
    (KEQIAO, "绍兴市柯桥区人民政府"),
    (YUNCHENG, "云城区人民政府"),
    (QIJIANG, "重庆市綦江区司法局"),
]
INDEX = PlaceIndex(HELD)


@pytest.mark.parametrize(
    ("name", "core"),
    [
        ("綦江区", "綦江"),
        ("玉山县", "玉山"),
        ("内蒙古自治区", "内蒙古"),
        ("恩施土家族苗族自治州", "恩施"),
        ("浦东新区", "浦东"),
        ("清新区", "清新"),
        ("叶县", "叶县"),
        ("东乡族自治县", "东乡"),
        ("龙胜各族自治县", "龙胜"),
        ("香港特别行政区", "香港"),
        ("鄂温克族自治旗", "鄂温克"),
    ],
)
def test_short_names(name: str, core: str) -> None:
    assert short_name(name) == core


def test_child_lies_in_its_parents() -> None:
    assert contains(("浙江省",), SHANGYU)
    assert contains(SHANGYU, SHANGYU)
    assert not contains(SHANGYU, ("浙江省", "绍兴市"))
    assert not contains((), SHANGYU)


def test_every_place_is_found_by_its_name() -> None:
    places = gazetteer()
    assert len(places.chains) > 2800
    for chain in places.chains:
        assert chain in places.find(chain[-1])


# question, the words of each mention, how, the held places (none: known but not held)
NAMED = [
    ("上虞区2022年行政复议收了多少件？", "上虞区", "exact", [SHANGYU]),
    ("玉山的执法人员有多少", "玉山", "short", [YUSHAN]),
    ("帮我写一段綦江矛盾纠纷调解的简报", "綦江", "short", [QIJIANG]),
    ("浙江的报告里有没有提到双随机", "浙江", "short", [("浙江省",)]),
    ("绍兴有哪些报告", "绍兴", "short", [("浙江省", "绍兴市")]),
    ("浙江绍兴的上虞区怎么样", "浙江绍兴的上虞区", "short", [SHANGYU]),
    ("紹興市柯橋區2019年開了幾次會", "紹興市柯橋區", "traditional", [KEQIAO]),
    ("換成柯橋", "柯橋", "traditional", [KEQIAO]),
    ("qijiang 2023年调解了多少案件", "qijiang", "pinyin", [QIJIANG]),
    ("What about Qi Jiang?", "Qi Jiang", "pinyin", [QIJIANG]),
    ("What about qi'jiang?", "qi'jiang", "pinyin", [QIJIANG]),
    ("How many people in Yushan County attended?", "Yushan County", "pinyin", [YUSHAN]),
    ("yu shan xian 2023", "yu shan xian", "pinyin", [YUSHAN]),
    ("CHONGQING 2023", "CHONGQING", "pinyin", [("重庆市",)]),
    ("Qijiang, Chongqing in 2023", "Qijiang, Chongqing", "pinyin", [QIJIANG]),
    ("上于2022年的问题", "上于", "typo", [SHANGYU]),
    ("上渔区有什么问题", "上渔区", "typo", [SHANGYU]),
    ("科桥区有哪些不足", "科桥区", "typo", [KEQIAO]),
    ("珂桥2019年的打算", "珂桥", "typo", [KEQIAO]),
    ("云诚区许可清单多少项", "云诚区", "typo", [YUNCHENG]),
    ("上虑区2022年法治巡察发现多少处问题？", "上虑区", "typo", [SHANGYU]),
    ("玉潭县的问题", "玉潭县", "unknown", []),
    ("綦江县2023年", "綦江县", "short", [QIJIANG]),
    ("玉山县政府做了什么", "玉山县", "exact", [YUSHAN]),
    ("杭州市2023年的报告", "杭州市", "exact", []),
    ("杭州的报告", "杭州", "short", []),
    ("苏州呢", "苏州", "short", []),
    ("Did Hangzhou publish one?", "Hangzhou", "pinyin", []),
    ("xiamen 2023", "xiamen", "pinyin", []),
    ("清溪县2023年办了多少案件", "清溪县", "unknown", []),
    ("清溪县建法治文化公园的计划后来怎么样了", "清溪县", "unknown", []),
    ("江苏省淮州市清溪县的法治政府建设", "江苏省淮州市清溪县", "unknown", []),
    ("东湖片区管委会有什么问题", "东湖片区管委会", "unknown", []),
]


@pytest.mark.parametrize(("question", "words", "how", "held"), NAMED)
def test_named_place(question: str, words: str, how: str, held: list[tuple[str, ...]]) -> None:
    mentions = resolve(INDEX, question).mentions
    assert [(m.text, m.how, list(m.held)) for m in mentions] == [(words, how, held)]
    assert question[mentions[0].start : mentions[0].end] == words
    assert (mentions[0].candidates == ()) == (how == "unknown")


@pytest.mark.parametrize(
    "question",
    [
        "",
        "全县有多少执法人员",
        "我区召开了几次会议",
        "各县区、乡镇街道的情况",
        "下一步工作来安排",
        "老城区改造和示范区建设",
        "社区矫正对象多少人",
        "审核区政府文件多少件",
        "哪个地方的执法人员最多",
        "How many dating and long cases?",
        "xingzheng fuyi duoshao jian",
        "如何推进县域治理",
    ],
)
def test_ordinary_words_are_no_places(question: str) -> None:
    assert resolve(INDEX, question).mentions == ()


def test_several_places() -> None:
    resolution = resolve(INDEX, "对比玉山、上虞区和杭州的问题")
    assert [m.text for m in resolution.mentions] == ["玉山", "上虞区", "杭州"]
    assert resolution.held == (YUSHAN, SHANGYU)
    assert [m.text for m in resolution.missing] == ["杭州"]


def test_ambiguous_name_gives_every_place() -> None:
    (mention,) = resolve(INDEX, "鼓楼区2023年办了多少案件").mentions
    assert len(mention.candidates) == 4
    assert mention.ambiguous


def test_held_place_settles_an_ambiguous_name() -> None:
    fuzhou = ("福建省", "福州市", "鼓楼区")
    index = PlaceIndex([(fuzhou, "鼓楼区人民政府")])
    (mention,) = resolve(index, "鼓楼区2023年办了多少案件").mentions
    assert mention.held == (fuzhou,)
    assert not mention.ambiguous


def test_parent_settles_an_ambiguous_name() -> None:
    (mention,) = resolve(INDEX, "南京鼓楼区2022年").mentions
    assert mention.candidates == (("江苏省", "南京市", "鼓楼区"),)
    assert not mention.ambiguous


def test_two_held_places_of_one_name_are_asked_back() -> None:
    held = [(("福建省", "福州市", "鼓楼区"), ""), (("江苏省", "南京市", "鼓楼区"), "")]
    resolution = resolve(PlaceIndex(held), "鼓楼区的问题")
    assert len(resolution.ambiguous) == 1
    assert resolve(PlaceIndex(held), "南京鼓楼区的问题").held == (held[1][0],)


def test_places_and_bodies_no_gazetteer_knows() -> None:
    qingxi = ("江苏省", "淮州市", "清溪县")
    index = PlaceIndex(
        [
            (qingxi, "江苏省淮州市清溪县人民政府"),
            (("江苏省", "淮州市"), "淮州市东湖片区管委会"),
            (QIJIANG, "重庆市綦江区古南街道办事处"),
        ]
    )
    assert resolve(index, "清溪2023年的问题").held == (qingxi,)
    assert resolve(index, "淮州市清溪县的问题").held == (qingxi,)
    assert resolve(index, "qingxi xian").held == (qingxi,)
    assert resolve(index, "东湖片区的问题").held == (("江苏省", "淮州市", "东湖片区"),)
    assert resolve(index, "古南街道做了什么").held == ((*QIJIANG, "古南街道"),)


def test_word_like_name_counts_only_where_held_and_alone() -> None:
    pingan = ("青海省", "海东市", "平安区")
    index = PlaceIndex([(pingan, "平安区人民政府")])
    assert resolve(index, "平安2023年的问题").held == (pingan,)
    assert resolve(index, "平安建设有哪些举措").mentions == ()
    assert resolve(INDEX, "平安2023年的问题").held == ()


@pytest.mark.slow
@ENDS
@pytest.mark.parametrize("unit", ["县", "玉", "a ", "yu", "清溪", "的", " ", "上于", "在"])
def test_hostile_question_is_resolved_in_linear_time(unit: str) -> None:
    question = line_of(unit, FEW)
    assert all(mention.end <= len(question) for mention in resolve(INDEX, question).mentions)


@given(st.text(alphabet="玉山县上虞于区市省浙江的和在 yushanqij'-,2023年清溪報", max_size=40))
def test_mentions_stand_in_the_question_in_order(question: str) -> None:
    end = 0
    for mention in resolve(INDEX, question).mentions:
        assert end <= mention.start < mention.end <= len(question)
        assert question[mention.start : mention.end] == mention.text
        assert set(mention.held) <= set(mention.candidates)
        end = mention.end


def test_one_place_stated_with_fewer_levels_is_not_ambiguous() -> None:
    full, partial = ("江苏省", "淮州市", "清溪县"), ("淮州市", "清溪县")
    (mention,) = resolve(PlaceIndex([(full, ""), (partial, "")]), "清溪县的问题").mentions
    assert set(mention.held) == {full, partial}
    assert not mention.ambiguous


@pytest.mark.parametrize(
    ("question", "words", "held", "parent"),
    [
        ("江西上虞区的行政复议有多少", "江西上虞区", SHANGYU, "江西"),
        ("浙江玉山县调解成功率", "浙江玉山县", YUSHAN, "浙江"),
        ("四川省綦江区2023年", "四川省綦江区", QIJIANG, "四川省"),
        ("重庆云城区", "重庆云城区", YUNCHENG, "重庆"),
        ("浙江省杭州市玉山县的问题", "浙江省杭州市玉山县", YUSHAN, "浙江省杭州市"),
        ("浙江绍兴的上虞区", "浙江绍兴的上虞区", SHANGYU, ""),
        ("上饶玉山县", "上饶玉山县", YUSHAN, ""),
    ],
)
def test_parent_a_county_does_not_have(
    question: str, words: str, held: tuple[str, ...], parent: str
) -> None:
    (mention,) = resolve(INDEX, question).mentions
    assert (mention.text, mention.held, mention.wrong_parent) == (words, (held,), parent)


@pytest.mark.parametrize("question", ["浙江、玉山县", "浙江和玉山县", "上虞区玉山县"])
def test_places_listed_are_not_parent_and_child(question: str) -> None:
    mentions = resolve(INDEX, question).mentions
    assert len(mentions) == 2
    assert not any(mention.wrong_parent for mention in mentions)


def test_genre_words_in_pinyin_are_no_places() -> None:
    resolution = resolve(INDEX, "qijiang zhongda juece shenhe duoshao")
    assert [m.text for m in resolution.mentions] == ["qijiang"]
    assert [m.text for m in resolve(INDEX, "shenhe qu 2023").missing] == ["shenhe qu"]
    assert [m.text for m in resolve(INDEX, "shenyang 2023").missing] == ["shenyang"]


@pytest.mark.parametrize("chain", [("秦川市", "渭河区"), ("秦川市", "渭河区", "南坪街道")])
def test_subdistrict_in_english_is_the_held_one_of_its_sound(chain: tuple[str, ...]) -> None:
    issuer = "秦川市渭河区南坪街道办事处"
    index = PlaceIndex([*HELD, (chain, issuer)])
    (mention,) = resolve(index, "What was the penalty income of Nanping Subdistrict?").mentions
    assert mention.text == "Nanping Subdistrict"
    assert mention.held == (("秦川市", "渭河区", "南坪街道"),)
    (town,) = resolve(INDEX, "Nanping Subdistrict in 2023").mentions
    assert not town.held


@pytest.mark.parametrize(
    "question", ["上虞区委常委会和区政府常务会议研究了几次", "上虞区委办公室和区司法局"]
)
def test_party_committees_are_no_places(question: str) -> None:
    assert [m.held for m in resolve(INDEX, question).mentions] == [(SHANGYU,)]


@pytest.mark.parametrize(
    "question",
    ["海东平安2023年的问题", "海东平安区生态环境罚款", "海东市平安罚款多少", "平安2023年的问题"],
)
def test_word_like_name_counts_after_the_place_it_lies_in(question: str) -> None:
    pingan = ("青海省", "海东市", "平安区")
    index = PlaceIndex([(pingan, "平安区人民政府")])
    assert resolve(index, question).held == (pingan,)
    assert resolve(index, "海东平安全生产").held != (pingan,)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("绍兴市场监管力度如何", "绍兴"),
        ("绍兴市市场监管力度如何", "绍兴市"),
        ("绍兴市监委的人数", "绍兴市"),
    ],
)
def test_the_character_for_city_belongs_to_the_word_it_makes(question: str, words: str) -> None:
    (mention,) = resolve(INDEX, question).mentions
    assert mention.text == words


def test_the_area_of_a_county_is_the_county() -> None:
    assert resolve(INDEX, "How many cases in the Yushan area in 2023?").held == (YUSHAN,)


@pytest.mark.parametrize(
    ("text", "name", "word"),
    [
        ("綦江去年夸下海口，做到了吗", "海口", True),  # cuts a word
        ("綦江在鼓楼底下讲法是哪天", "鼓楼", True),
        ("綦江和邵阳的问题", "邵阳", False),
        ("邵阳县行政许可办件量", "邵阳", False),  # its suffix is no other word's
    ],
)
def test_a_name_may_be_a_word_where_it_stands(text: str, name: str, word: bool) -> None:
    start = text.index(name)
    assert is_a_word(text, start, start + len(name)) is word
