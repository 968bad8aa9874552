"""A column for text that may be a sentence, which is said to each reader in their language."""

import json
from typing import Any

from django.db import models

from console.sentences import MARK, Sentence, as_json, from_json

BEGINNING = f'{{"{MARK}":'
"""How the JSON of a sentence begins, and no other text that is stored."""


class SentenceField(models.TextField):  # type: ignore[type-arg]
    """Text as it is, or a `Sentence` as JSON. In Python both are text in English, which is what digests and files have."""

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return from_json(json.loads(value)) if value and value.startswith(BEGINNING) else value

    def get_prep_value(self, value: Any) -> Any:
        if not isinstance(value, str):
            return super().get_prep_value(value)
        if isinstance(value, Sentence) or value.startswith(BEGINNING):
            # What people wrote and what begins so becomes a sentence that says just that.
            sentence = value if isinstance(value, Sentence) else Sentence("{text}", fills={"text": value})
            return json.dumps(as_json(sentence), ensure_ascii=False)
        return value
