"""What every part of a scenario shares: strictness, names, numbers, and how a line is reached."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Number = Annotated[float, Field(allow_inf_nan=False)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]+$")]  # no "_": it separates the parts of a file's name
Port = Annotated[int, Field(ge=0, le=65535)]
Listen = Annotated[str, Field(pattern=r"^[^:]+:\d{1,5}$")]
Path = tuple[str | int, ...]


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class LineModel(Model):
    """An instrument with a serial line of its own: a pseudo-terminal, or a port when it says where to `listen`.

    Parity and stop bits only take time: Linux gives a pseudo-terminal eight bits without parity, whatever is asked.
    """

    listen: Listen | None = None
    baudrate: Annotated[int, Field(ge=300, le=1_000_000)] = 9_600
    parity: Literal["N", "E", "O"] = "N"
    stopbits: Literal[1, 2] = 1

    @property
    def address(self) -> tuple[str, int] | None:
        """Host and port; None for a pseudo-terminal."""
        return None if self.listen is None else split_address(self.listen)

    @property
    def character_s(self) -> float:
        """How long one character takes on the wire."""
        return (1 + 8 + (self.parity != "N") + self.stopbits) / self.baudrate


def split_address(listen: str) -> tuple[str, int]:
    host, _, port = listen.rpartition(":")
    return host, int(port)
