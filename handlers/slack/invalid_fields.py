"""What was filled in and is not right: raised by whoever reads a dialog, shown below its fields."""

from collections.abc import Mapping

from bot.errors import BadRequest


class InvalidFields(BadRequest):
    """What was filled in is not right; each sentence is shown below its field.

    Shape: `sentences` by the name of the field.
    """

    def __init__(self, sentences: Mapping[str, str]) -> None:
        super().__init__(" ".join(sentences.values()))
        self.sentences = dict(sentences)
