"""`computed`: parameters that no instrument measures, because they follow from others."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from gateway.config.file.form_error import FormError
from gateway.config.parameters.sent_line import SentLine
from gateway.config.section import Section, Token
from gateway.core import derivation
from gateway.core.formula import parse_formula
from gateway.core.formula_tokens import FormulaError
from gateway.core.phrase import Phrase


def check_formula(text: str) -> str:
    """A formula that can have a value. Raises FormError: it cannot, or it is none."""
    try:
        formula = parse_formula(text)
        if formula.never is not None:
            raise formula.never
    except FormulaError as error:
        raise FormError(
            Phrase("at character {position}: {wrong}", position=error.position, wrong=error.wrong), error.right
        ) from None
    return text


class MassFlowSettings(Section):
    """kg/h: the concentration as it is in the stack (not the one at reference oxygen) times the flow, both of the dry
    or both of the wet gas."""

    concentration: Token = Field(description=Phrase("the line of the concentration in mg/Nm3, such as SO2"))
    flow: Token = Field(description=Phrase("the line of the gas's flow in Nm3/h, such as Flow"))


class ComputedSettings(SentLine):
    """`formula` is over the sent values of other lines, such as `NO * 1.5333 + NO2`; symbols with other characters
    stand in brackets: `[PM2,5]`."""

    formula: Annotated[str, AfterValidator(check_formula)] | None = None
    mass_flow: MassFlowSettings | None = Field(default=None, validate_default=True)

    @field_validator("mass_flow")
    @classmethod
    def _be_computed_in_one_way(
        cls, mass_flow: MassFlowSettings | None, siblings: ValidationInfo[Any]
    ) -> MassFlowSettings | None:
        formula = siblings.data.get("formula", "refused")
        if mass_flow is None and formula is None:
            raise FormError(
                Phrase("is missing, and so is a formula"),
                Phrase('add one of the two, such as formula: "NO * 1.5333 + NO2"'),
            )
        if mass_flow is not None and formula is not None:
            raise FormError(Phrase("stands beside a formula"), Phrase("keep one of the two"))
        return mass_flow

    @property
    def step(self) -> derivation.Computed:
        flow = self.mass_flow
        return derivation.Computed(
            self.parameter,
            self.formula or "",
            None if flow is None else derivation.MassFlow(flow.concentration, flow.flow),
        )
