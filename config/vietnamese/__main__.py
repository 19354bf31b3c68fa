"""Writes the examples with Vietnamese comments anew: the same values, by the catalogue `comments.yaml`.

python -m config.vietnamese     in the project's folder, after a change of an example or of the catalogue

A test holds that they are up to date.
"""

from __future__ import annotations

from config.vietnamese.examples import CATALOGUE, catalogue, english_examples, in_vietnamese, said_in, vietnamese_of


def main() -> None:
    known = catalogue()
    examples = english_examples()
    missing = sorted({text for example in examples for text in said_in(example)} - known.keys())
    if missing:
        raise SystemExit("\n".join([f"{CATALOGUE.name} lacks:", *missing]))
    for example in examples:
        vietnamese_of(example).write_text(in_vietnamese(example, known), encoding="utf-8")


if __name__ == "__main__":
    main()
