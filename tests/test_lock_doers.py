"""Who does a deed that a line tells with 由: the doer the quotes name for it."""

from __future__ import annotations

import pytest

from bot.lock.doers import doer_problems

COMMITTEE = "成立由政府主导,政府部门、专家学者、律师共同参与的行政复议委员会"
MEETING = "区委书记沈志江主持会议,区长赵如浪参加会议"
WORK = "主要领导负责抓,分管领导具体抓"


@pytest.mark.parametrize(
    ("line", "quote", "right"),
    [
        ("委员会由政府主导", COMMITTEE, True),
        ("委员会由律师主导", COMMITTEE, False),
        ("委员会由律师共同参与", COMMITTEE, True),
        ("会议由沈志江主持", MEETING, True),
        ("会议由赵如浪主持", MEETING, False),
        ("由主要领导负责抓", WORK, True),
        ("由分管领导负责抓", WORK, False),
        ("案件由区政府办理", "案件由区人民政府办理", True),
        ("合格率由94.1%提升到99.6%", "合格率由94.1%提升到99.6%", True),
        ("案件由法院受理", "受理案件36件,法院审结20件", True),
        ("由", COMMITTEE, True),
    ],
)
def test_a_deed_is_given_to_its_doer(line, quote, right):
    assert (not doer_problems(line, [quote])) is right
