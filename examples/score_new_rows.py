"""Keep a model, and put tomorrow's customers into today's segments."""

from __future__ import annotations

import sys
from pathlib import Path

import covey
from covey.recipes.customers import customers


def main(folder: Path) -> None:
    today, _ = customers(2000, seed=0)
    covey.segment(today, k=6).model.save(folder / "model.covey", force=True)

    model = covey.load(folder / "model.covey")  # JSON and arrays: nothing in it is ever run
    tomorrow, _ = customers(100, seed=1)
    tomorrow["total_spend"][0] = 1e9  # a row that nobody has seen the like of
    scored = model.predict(tomorrow)

    print(model)
    print(scored)
    print("fits no segment:", scored["customer_id"][scored["note"] == "fits no segment"])


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path())
