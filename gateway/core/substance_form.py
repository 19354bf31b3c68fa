"""In which form a substance is counted: ammonium as N, phosphate as P, nitrogen oxides as NO2.

A limit "as N" is of the nitrogen in the substance. The same water has 1.288 times as many mg/L of the ion NH4+, so a
number without its form may be wrong by 29 %, and of nitrate by more than four times.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SubstanceForm:
    """`mass_g` and those of `others` are g/mol for one atom of what is counted; `unit`: only in this unit, `None`: in
    every one. `spellings`: symbols that say another form in so many words."""

    symbol: str
    unit: str | None
    counted_as: str
    mass_g: float
    others: Mapping[str, float]
    spellings: Mapping[str, str]

    def factor(self, form: str) -> float:
        """By what a value in another form is multiplied. Worked: NH4+ to N: 14.007 / 18.039 = 0.77649.

        Raises:
            KeyError: the form is not known.
        """
        return self.mass_g / self.others[form]
