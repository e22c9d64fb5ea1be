"""What linking has to beat: the same words, and twenty lines of rules."""

from collections.abc import Hashable, Sequence

from contract.entities import Entity, entity_key


def same_words(text: str, mentions: Sequence[Entity]) -> list[Hashable]:
    """Counted as before there was linking: by the words, without case, article and possessive."""
    del text
    return [entity_key(mention.text, mention.label) for mention in mentions]


def last_names_and_acronyms(text: str, mentions: Sequence[Entity]) -> list[Hashable]:
    """Besides, a last name is the last person of that name before it, and initials are an organisation's."""
    known: dict[str, Hashable] = {}
    found: list[Hashable] = []
    for mention, key in zip(mentions, same_words(text, mentions), strict=True):
        words = str(key).partition(":")[2].split()
        short = "".join(words).replace(".", "")
        cluster = known.get(f"{mention.label}:{short}", key) if len(words) == 1 else key
        if mention.label == "PERSON" and len(words) > 1:
            known[f"PERSON:{words[-1]}"] = cluster
        elif len(words) > 1:
            named = [word for word in words if word not in ("of", "the", "and", "for")]
            known[f"{mention.label}:{''.join(word[0] for word in named)}"] = cluster
        found.append(cluster)
    return found
