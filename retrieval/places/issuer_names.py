"""An issuer's name as a body and the place it is of."""

from __future__ import annotations

import re

from retrieval.places.gazetteer import Chain, short_name

# an organ of the state that names itself before the place of its branch: 国家税务总局陇泉市税务局
STATE_ORGAN = re.compile(
    "(?:中华人民共和国|中国|国家)[\\u4e00-\\u9fff]{2,10}?(?:总局|局|部|总署|银行|委员会)"
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
