"""The regulations' tables that ship in `core/data/`, as models."""
