"""The names an issuer goes by: in full, by its place's short name, by its own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from retrieval.places.gazetteer import Chain, short_name

# an organ of the state that names itself before the place of its branch: 国家税务总局陇泉市税务局
STATE_ORGAN = re.compile(
    "(?:中华人民共和国|中国|国家)[\\u4e00-\\u9fff]{2,10}?(?:总局|局|部|总署|银行|委员会)"
)

_OWN_NAME_ENDS = (
    "街道",
    "街道办",
    "街道办事处",
    "片区",
    "开发区",
    "管委会",
    "管理委员会",
    "镇",
    "乡",
)
_SHORTER_BODIES = (
    ("人民政府", "政府"),
    ("街道办事处", "街道"),
    ("街道办事处", "街道办"),
    ("管理委员会", "管委会"),
    ("管理委员会", ""),
    ("管委会", ""),
    ("镇人民政府", "镇"),
    ("镇人民政府", "镇政府"),
    ("乡人民政府", "乡"),
    ("乡人民政府", "乡政府"),
    ("经济技术开发区管理委员会", "经开区"),
    ("经济技术开发区管理委员会", "经开区管委会"),
    ("经济开发区管理委员会", "经开区"),
    ("高新技术产业开发区管理委员会", "高新区"),
    ("高新技术产业开发区管理委员会", "高新区管委会"),
    ("卫生健康委员会", "卫健委"),
    ("卫生健康局", "卫健局"),
    ("发展和改革委员会", "发改委"),
    ("发展和改革局", "发改局"),
    ("住房和城乡建设局", "住建局"),
    ("人力资源和社会保障局", "人社局"),
    ("市场监督管理局", "市场监管局"),
    ("自然资源和规划局", "自规局"),
)


def split_issuer(chain: Chain, issuer: str) -> tuple[str, str]:
    """Split 重庆市綦江区司法局 into the body (司法局) and its own place (綦江区)."""
    organ = STATE_ORGAN.match(issuer)
    for start in (0, organ.end()) if organ else (0,):
        body, owner = issuer[start:], ""
        for name in chain:
            for form in (name, short_name(name)):
                if body.startswith(form):
                    body, owner = body[len(form) :], name
                    break
        if owner:
            return body, owner
    return issuer, chain[-1] if chain else ""


def issuer_surfaces(chain: Chain, issuer: str) -> Iterator[str]:
    """Yield the ways to call an issuer: 重庆市綦江区司法局, 綦江区司法局, 綦江司法局."""
    body, owner = split_issuer(chain, issuer)
    if not body:
        return
    yield issuer
    bodies = [body]
    bodies += [
        body[: -len(tail)] + shorter for tail, shorter in _SHORTER_BODIES if body.endswith(tail)
    ]
    for variant in bodies:
        if owner:
            yield owner + variant
            yield short_name(owner) + variant
        if len(variant) >= 4 and variant.endswith(_OWN_NAME_ENDS):
            yield variant
