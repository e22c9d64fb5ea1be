"""The pages: each asks the explorer, and fills a template."""

from collections import Counter
from typing import Any, Final

import flask
import jinja2

from exploring import questions
from exploring.answers import answer
from exploring.charts import over_time, per_minute
from exploring.cloud import cloud
from exploring.explorer import Explorer
from exploring.highlights import part_of
from exploring.labels import label_of
from exploring.periods import period_of
from exploring.shapes import Article, Loaded, Mention
from exploring.tracing import traced

LEADERS: Final = 20
LINES: Final = 10
LISTED: Final = 50
FOUND: Final = 20
SUGGESTED: Final = 8
SOURCE_LEADERS: Final = 20
_WIDE: Final = (960, 420)
_NARROW: Final = (350, 520)


class Pages:
    """Everything that a person looks at."""

    def __init__(
        self, explorer: Explorer, environment: jinja2.Environment, *, publish_url: str | None
    ) -> None:
        self._explorer = explorer
        self._environment = environment
        self._publish_url = publish_url

    def overview(self, request: flask.Request) -> flask.Response:
        period, label = period_of(questions.text_of(request, "period")), questions.label_in(request)
        pulse, ranking = self._explorer.overview(period, label, limit=LEADERS)
        return self._page(
            request,
            "overview.html",
            pulse,
            ranking,
            pulse=pulse.value,
            ranking=ranking.value,
            rate=per_minute(pulse.value.minutes),
            period=period,
            label=label,
            publish_url=self._publish_url,
        )

    def names(self, request: flask.Request) -> flask.Response:
        period, label = period_of(questions.text_of(request, "period")), questions.label_in(request)
        cursor = questions.text_of(request, "cursor") if period.length is None else None
        ranking = self._explorer.ranking(period, label, limit=LISTED, cursor=cursor)
        return self._page(
            request, "names.html", ranking, ranking=ranking.value, period=period, label=label, cursor=cursor
        )

    def name(self, request: flask.Request, entity_id: str) -> flask.Response:
        found = self._explorer.portrait(questions.entity_in(entity_id), limit=LINES)
        entity = found.value.entity
        return self._page(
            request,
            "name.html",
            found,
            entity=entity,
            company=found.value.company,
            lines=found.value.articles,
            chart=over_time(entity.days) if entity.days else None,
        )

    def mentioning(self, request: flask.Request, entity_id: str) -> flask.Response:
        name = questions.entity_in(entity_id)
        entity = self._explorer.entity(name)
        cursor = questions.text_of(request, "cursor")
        lines = self._explorer.mentioning(name, limit=LINES, cursor=cursor)
        return self._page(
            request,
            "lines.html",
            entity,
            lines,
            title=f"Articles that mention {entity.value.text}",
            up=f"/entities/{name}",
            up_text=entity.value.text,
            lines=lines.value,
            path=f"/entities/{name}/articles",
        )

    def publications(self, request: flask.Request) -> flask.Response:
        found = self._explorer.publications(limit=LISTED, cursor=questions.text_of(request, "cursor"))
        return self._page(request, "publications.html", found, publications=found.value)

    def publication(self, request: flask.Request, key: str) -> flask.Response:
        label = questions.label_in(request)
        found = self._explorer.source(key)
        lines = self._explorer.published_by(key, limit=LINES)
        source = found.value
        return self._page(
            request,
            "publication.html",
            found,
            lines,
            source=source,
            label=label,
            labels=_labels(leader.label for leader in source.leaders),
            leaders=[each for each in source.leaders if label in (None, each.label)][:SOURCE_LEADERS],
            clouds=[cloud(source.leaders, width=width, height=height) for width, height in (_WIDE, _NARROW)],
            chart=over_time(source.days) if source.days else None,
            lines=lines.value,
        )

    def published_by(self, request: flask.Request, key: str) -> flask.Response:
        found = self._explorer.publication(key)
        lines = self._explorer.published_by(key, limit=LISTED, cursor=questions.text_of(request, "cursor"))
        segment = self._environment.filters["segment"](key)
        return self._page(
            request,
            "lines.html",
            found,
            lines,
            title=f"Articles of {found.value.name}",
            up=f"/publications/{segment}",
            up_text=found.value.name,
            lines=lines.value,
            path=f"/publications/{segment}/articles",
        )

    def articles(self, request: flask.Request) -> flask.Response:
        lines = self._explorer.latest(limit=LISTED, cursor=questions.text_of(request, "cursor"))
        return self._page(
            request,
            "lines.html",
            lines,
            title="Articles, the latest first",
            up="/",
            up_text="Overview",
            lines=lines.value,
            path="/articles",
        )

    def article(self, request: flask.Request, article_id: str) -> flask.Response:
        found = self._explorer.article(article_id)
        article: Article = found.value
        part = (
            part_of(article.content, article.mentions, questions.part_in(request))
            if article.content
            else None
        )
        page = self._page(
            request,
            "article.html",
            found,
            article=article,
            fields=article.fields,
            part=part,
            labels=_labels(each.label for each in article.mentions),
            tally=_tally(article.mentions),
        )
        return traced(page, article)

    def search(self, request: flask.Request) -> flask.Response:
        typed = questions.typed_in(request)
        found = self._explorer.search(typed, limit=FOUND)
        return self._page(request, "search.html", found, typed=typed, matches=found.value)

    def suggestions(self, request: flask.Request) -> flask.Response:
        """What appears below the search box while someone types: at once what is at hand, then the rest."""
        typed = questions.typed_in(request)
        if questions.text_of(request, "all"):
            found = self._explorer.search(typed, limit=SUGGESTED)
            names, lines, whole = found.value.names, found.value.articles, True
        else:
            found = self._explorer.suggestions(typed, limit=SUGGESTED)
            names, lines, whole = found.value.names, [], False
        return self._page(
            request, "suggestions.html", found, typed=typed, names=names, lines=lines, whole=whole
        )

    def problem(self, request: flask.Request, status: Any, title: str, detail: str) -> flask.Response:
        text = self._environment.get_template("problem.html").render(
            title=title, detail=detail, status=status.value, path=request.path
        )
        headers = {"Retry-After": "5"} if status.value == 503 else None
        return answer(request, text, status=status, headers=headers)

    def interface(self, request: flask.Request, document: dict[str, Any]) -> flask.Response:
        return answer(request, self._environment.get_template("api.html").render(document=document))

    def _page(self, request: flask.Request, name: str, *loaded: Loaded, **values: Any) -> flask.Response:
        reads = sum(each.reads for each in loaded)
        as_of = min(each.as_of for each in loaded)
        text = self._environment.get_template(name).render(reads=reads, as_of=as_of, **values)
        return answer(request, text, reads=reads)


def _labels(names: Any) -> list[tuple[Any, int]]:
    """Each label with how often it is there, the commonest first; what is not counted last."""
    numbers = Counter(names)
    ranked = sorted(numbers, key=lambda name: (not label_of(name).is_counted, -numbers[name], name))
    return [(label_of(name), numbers[name]) for name in ranked]


def _tally(mentions: Any) -> list[tuple[Mention, int]]:
    """Each name of an article once, with how often it was found; those that count first."""
    numbers = Counter[str](each.entity_id for each in mentions)
    first: dict[str, Mention] = {}
    for each in mentions:
        first.setdefault(each.entity_id, each)
    ranked = sorted(
        first.values(), key=lambda each: (not each.is_counted, -numbers[each.entity_id], each.start)
    )
    return [(each, numbers[each.entity_id]) for each in ranked]
