"""Models without pydantic: values and properties, equal and frozen as before, and no check that would say yes."""

from __future__ import annotations

import pickle
import sys
from typing import Annotated, ClassVar

import pytest

from gateway.runtime import plain_models
from gateway.runtime.plain_models import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, field_validator


class Part(BaseModel):
    model_config = ConfigDict(frozen=True)
    kind: ClassVar[str] = "part"
    name: Annotated[str, AfterValidator(str.strip)]
    since: int | None = Field(default=None, alias="from")

    @field_validator("name")
    @classmethod
    def _be_long(cls, name: str) -> str:
        raise AssertionError("nothing is checked here")

    @property
    def words(self) -> str:
        return f"{self.name} since {self.since}"


class Whole(Part):
    parts: tuple[Part, ...] = ()


def part(**values: object) -> Part:
    return restored(Part, values)


def restored(model: type[Part], values: object, extra: object = None) -> Part:
    """As pickle makes it of what pydantic left."""
    made = model.__new__(model)
    made.__setstate__({"__dict__": values, "__pydantic_extra__": extra, "__pydantic_fields_set__": {"name"}})
    return made


def test_values_and_properties_are_there() -> None:
    assert part(name="a", since=3).words == "a since 3"
    assert restored(Whole, {"name": "w", "since": None, "parts": (part(name="a", since=1),)}).model_fields.keys() == {
        "name",
        "since",
        "parts",
    }


def test_equal_where_values_kind_and_further_words_are() -> None:
    one = {"name": "a", "since": 3}
    assert part(**one) == part(**one)
    assert hash(part(**one)) == hash(part(**one))
    assert part(**one) != part(name="a", since=4)
    assert part(**one) != restored(Whole, one)
    assert restored(Part, one, {"kq": 1}) != restored(Part, one, {"kq": 2})


def test_fields_are_worked_out_once_for_a_class() -> None:
    assert Whole.model_fields is Whole.model_fields
    assert Whole.model_fields is not Part.model_fields
    assert Whole.model_fields["parts"].annotation == tuple[Part, ...]


def test_it_shows_what_is_in_it_and_not_where_it_lies() -> None:
    assert repr(part(name="a", since=3)) == "Part(name='a', since=3)"
    assert str(part(name="a", since=3)) == "name='a' since=3"


def test_what_was_worked_out_makes_no_difference() -> None:
    one, other = part(name="a", since=3), part(name="a", since=3)
    one.__dict__["derived"] = 7
    assert one == other


def test_nothing_can_be_set_or_checked() -> None:
    with pytest.raises(AttributeError, match="frozen"):
        part(name="a", since=3).name = "b"
    with pytest.raises(RuntimeError, match="nothing is checked"):
        TypeAdapter(dict[str, int])
    assert not hasattr(Part, "model_validate")


def test_it_is_pickled_again() -> None:
    one = restored(Part, {"name": "a", "since": 3}, {"kq": 0.9})
    again = pickle.loads(pickle.dumps(one))  # noqa: S301
    assert again == one
    assert again.__pydantic_extra__ == {"kq": 0.9}


def test_whoever_has_pydantic_already_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pydantic", sys)  # whatever the tests before this one have loaded
    with pytest.raises(RuntimeError, match="already"):
        plain_models.use_plain_models()
