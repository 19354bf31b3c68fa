"""What people read, in their language: one catalogue of texts for reports, letters and pages. Logs stay English."""

from gateway.texts.catalogue import Texts, texts_in
from gateway.texts.wording import Wording

__all__ = ["Texts", "Wording", "texts_in"]
