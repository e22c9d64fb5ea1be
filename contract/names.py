"""The names that every program and `terraform/topology.yaml` share; an architecture test compares the two."""

from typing import Final

ARTICLES_TOPIC: Final = "articles"
ENTITIES_TOPIC: Final = "entities"
ARTICLES_DEAD_TOPIC: Final = "articles-dead"
ENTITIES_DEAD_TOPIC: Final = "entities-dead"

ARTICLES_SUBSCRIPTION: Final = "articles-ner"
ENTITIES_SUBSCRIPTION: Final = "entities-store"
ARTICLES_REVIEW: Final = "articles-dead-review"
ENTITIES_REVIEW: Final = "entities-dead-review"

ARTICLES: Final = "articles"
ENTITIES: Final = "entities"
PUBLICATIONS: Final = "publications"
