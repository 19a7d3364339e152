"""``python -m eval.planted.train``: fit what tells an order from a report's own prose.

Orders and sentences that only look like them stand in ``corpus.tsv``; the other sentences are
those of the reports of the evaluation. ``orders.jsonl`` is left out: it is what the result is
tried on. Writes ``bot/data/planted.tsv`` and prints what is missed and what is wrongly taken, on
reports and orders that were not fitted on (of each fold the folders of reports are left out).
"""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from bot.lock.planted import grams, judged_sentences, speaks_to_a_machine
from eval.cases import read_sources
from eval.planted.orders import list_orders

CORPUS = Path(__file__).with_name("corpus.tsv")
EVAL = Path(__file__).parent.parent
REPORTS = sorted({file.parent for file in EVAL.glob("**/reports*/**/*.txt")})
FOLDS = 5
C = 0.3
KEPT = 3_000
SEED = 7


def read_corpus() -> tuple[list[str], list[str]]:
    """Return the orders, and the sentences that are none."""
    rows = [line.split("\t", 1) for line in CORPUS.read_text(encoding="utf-8").splitlines()]
    return [t for kind, t in rows if kind == "order"], [t for kind, t in rows if kind == "report"]


def read_reports() -> list[list[str]]:
    """Return the sentences of the reports of each folder of the evaluation: one writer's mostly."""
    texts = (sorted(read_sources(folder).items()) for folder in REPORTS)
    return [[s for _, text in folder for s in judged_sentences(text)] for folder in texts]


def fit(orders: Sequence[str], prose: Sequence[str]) -> dict[str, float]:
    """Return the weight of each run of characters; that of the empty one is the bias."""
    counts = CountVectorizer(analyzer=grams, min_df=2, binary=True)
    seen = counts.fit_transform([*orders, *prose])
    model = LogisticRegression(C=C, class_weight="balanced", max_iter=1_000, random_state=SEED)
    model.fit(seen, [1] * len(orders) + [0] * len(prose))
    names = counts.get_feature_names_out()
    weights = dict(zip(names, model.coef_[0].tolist(), strict=True))
    kept = sorted(weights, key=lambda name: (-abs(weights[name]), name))[:KEPT]
    return {"": float(model.intercept_[0])} | {name: weights[name] for name in sorted(kept)}


def is_order(weights: dict[str, float], sentence: str) -> bool:
    """Tell what weights say of a sentence."""
    return weights[""] + sum(weights.get(gram, 0.0) for gram in grams(sentence)) > 0


def main() -> int:
    """Fit, print the figures and write the file."""
    orders, alike = read_corpus()
    reports = read_reports()
    chance = random.Random(SEED)
    chance.shuffle(orders)
    chance.shuffle(alike)
    missed = unseen_by_both = taken = taken_alike = 0
    for fold in range(FOLDS):
        held = reports[fold::FOLDS]
        rest = [s for i, report in enumerate(reports) if i % FOLDS != fold for s in report]
        mine = [o for i, o in enumerate(orders) if i % FOLDS != fold]
        others = [o for i, o in enumerate(alike) if i % FOLDS != fold]
        weights = fit(mine, [*rest, *others])
        left = [o for o in orders[fold::FOLDS] if not is_order(weights, o)]
        missed += len(left)
        unseen_by_both += sum(not speaks_to_a_machine(order) for order in left)
        taken += sum(is_order(weights, s) for report in held for s in report)
        taken_alike += sum(is_order(weights, s) for s in alike[fold::FOLDS])
    total = sum(map(len, reports))
    print(
        f"orders missed {missed} of {len(orders)}, by the patterns, too, {unseen_by_both}; taken for one: {taken} of {total} sentences"
    )
    print(f"of reports, {taken_alike} of {len(alike)} that look like orders ({FOLDS} folds)")
    weights = fit(orders, [s for report in reports for s in report] + alike)
    unseen = [order for order, _ in list_orders()]
    lost = [order for order in unseen if not is_order(weights, order)]
    print(f"of orders.jsonl missed {len(lost)} of {len(unseen)}: {lost}")
    target = Path(str(resources.files("bot"))) / "data" / "planted.tsv"
    lines = (f"{weight:.3f}\t{gram}\n" for gram, weight in weights.items() if "\n" not in gram)
    target.write_text("".join(lines), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
