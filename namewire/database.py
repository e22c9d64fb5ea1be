"""Firestore as the questions need it; the only module of the command that knows its client."""

import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from contract.names import ARTICLES, ENTITIES, PUBLICATIONS
from namewire.errors import Trouble
from namewire.settings import Settings

COLLECTIONS: Final = (ARTICLES, ENTITIES, PUBLICATIONS)
_CALL_SECONDS: Final = 30.0
_PROBE_SECONDS: Final = 3.0
_PAGE_SECONDS: Final = 120.0
_AT_ONCE: Final = 300  # documents in one read

Found = tuple[str, dict[str, Any]]
Condition = tuple[str, str, Any]  # field, operator, value


class SnapshotGone(Exception):
    """Firestore does not keep versions of documents from so long ago."""


class Unsteady(Exception):
    """Firestore could not answer just now; asking again may help."""


@dataclass(frozen=True, slots=True)
class Row:
    """A document, and when this version of it was written."""

    id: str
    fields: dict[str, Any]
    update_time: datetime


@dataclass(frozen=True, slots=True)
class Traced:
    """A document with the times when it was first and last written."""

    fields: dict[str, Any]
    create_time: datetime
    update_time: datetime


class Database:
    """Reads only. Every error is Trouble with a sentence."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def count(self, collection: str) -> int:
        """How many documents there are, counted by the server."""
        with _plain_errors():
            rows = self._client.collection(collection).count(alias="all").get(timeout=_CALL_SECONDS)
            return int(rows[0][0].value)

    def now(self) -> datetime:
        """The database's own time: what is written from now on is later."""
        nobody = self._client.collection(ARTICLES).document("no-such-article")
        with _passing_errors(), _plain_errors():
            return next(iter(self._client.get_all([nobody], timeout=_CALL_SECONDS))).read_time  # type: ignore[no-any-return]

    def look(self, collection: str, name: str, *, at: datetime | None = None) -> dict[str, Any] | None:
        """A document as it was then. Raises SnapshotGone and Unsteady."""
        reference = self._client.collection(collection).document(name)
        with _passing_errors(), _plain_errors():
            (snapshot,) = self._client.get_all([reference], timeout=_CALL_SECONDS, read_time=at)
            return snapshot.to_dict() if snapshot.exists else None

    def page(
        self,
        collection: str,
        fields: Sequence[str] | None = None,
        *,
        where: Sequence[Condition] = (),
        after: str | None = None,
        at: datetime | None = None,
        limit: int,
    ) -> Iterator[Row]:
        """Documents in the order of their ids, as they were then. Raises SnapshotGone and Unsteady."""
        from google.cloud.firestore_v1.base_query import FieldFilter

        documents = self._client.collection(collection)
        query = documents.order_by("__name__").limit(limit)
        for condition in where:
            query = query.where(filter=FieldFilter(*condition))
        if fields is not None:
            query = query.select(list(fields))
        if after is not None:
            query = query.start_after({"__name__": documents.document(after)})
        with _passing_errors(), _plain_errors():
            for item in query.stream(timeout=_PAGE_SECONDS, read_time=at):
                yield Row(item.id, item.to_dict() or {}, item.update_time)

    def get(self, collection: str, name: str) -> dict[str, Any] | None:
        with _plain_errors():
            snapshot = self._client.collection(collection).document(name).get(timeout=_CALL_SECONDS)
            return snapshot.to_dict() if snapshot.exists else None

    def trace(self, collection: str, name: str) -> Traced | None:
        with _plain_errors():
            snapshot = self._client.collection(collection).document(name).get(timeout=_CALL_SECONDS)
            if not snapshot.exists:
                return None
            return Traced(snapshot.to_dict(), snapshot.create_time, snapshot.update_time)

    def get_many(
        self, collection: str, names: Sequence[str], fields: Sequence[str] | None = None
    ) -> dict[str, dict[str, Any]]:
        """Those of the documents that exist."""
        found: dict[str, dict[str, Any]] = {}
        for start in range(0, len(names), _AT_ONCE):
            part = [
                self._client.collection(collection).document(name) for name in names[start : start + _AT_ONCE]
            ]
            with _plain_errors():
                for snapshot in self._client.get_all(part, field_paths=fields, timeout=_CALL_SECONDS):
                    if snapshot.exists:
                        found[snapshot.id] = snapshot.to_dict()
        return found

    def leading(
        self, path: Sequence[str], *, equal: Mapping[str, str] | None = None, limit: int | None = None
    ) -> Iterator[Found]:
        """Entities by the number at the path, the largest first; those without it do not come."""
        query = _where(self._client.collection(ENTITIES), equal or {})
        query = query.order_by(_field_path(path), direction="DESCENDING")
        yield from self._stream(query if limit is None else query.limit(limit))

    def articles(self, equal: Mapping[str, str], fields: Sequence[str]) -> Iterator[Found]:
        """The articles whose fields have these values."""
        yield from self._stream(_where(self._client.collection(ARTICLES), equal).select(list(fields)))

    def _stream(self, query: Any) -> Iterator[Found]:
        with _plain_errors():
            for snapshot in query.stream(timeout=_CALL_SECONDS):
                yield snapshot.id, snapshot.to_dict()


@contextmanager
def open_database(settings: Settings) -> Iterator[Database]:
    """The Firestore that the settings lead to. Raises Trouble."""
    project = settings.need_project()
    if settings.firestore_emulator:
        probe(settings.firestore_emulator, what="Firestore emulator", variable="FIRESTORE_EMULATOR_HOST")
    from google.auth.exceptions import DefaultCredentialsError
    from google.cloud import firestore

    try:
        client = firestore.Client(project=project)
    except DefaultCredentialsError as error:
        raise Trouble(
            "There are no Google Cloud credentials. Run `gcloud auth application-default login`, "
            "or set FIRESTORE_EMULATOR_HOST for a local house."
        ) from error
    try:
        yield Database(client)
    finally:
        client.close()  # type: ignore[no-untyped-call]


def probe(host: str, *, what: str, variable: str) -> None:
    """Whether an emulator is there; its client would try for minutes. Raises Trouble."""
    name, _, port = host.rpartition(":")
    try:
        with socket.create_connection((name.strip("[]"), int(port)), timeout=_PROBE_SECONDS):
            return
    except (OSError, ValueError) as error:
        raise Trouble(
            f"No {what} answers at {host}, which {variable} names. Is `namewire up` still running? "
            "After a new start, read its environment file again."
        ) from error


def _where(query: Any, equal: Mapping[str, str]) -> Any:
    from google.cloud.firestore_v1.base_query import FieldFilter

    for name, value in equal.items():
        query = query.where(filter=FieldFilter(name, "==", value))
    return query


def _field_path(path: Sequence[str]) -> str:
    """Quoted where a name, such as a day, is not simple."""
    from google.cloud.firestore_v1.field_path import FieldPath

    return str(FieldPath(*path).to_api_repr())


@contextmanager
def _passing_errors() -> Iterator[None]:
    """Tells apart what a long reading has to live with."""
    try:
        yield
    except Trouble as trouble:
        from google.api_core import exceptions as errors

        cause = trouble.__cause__
        # Of a version that is not kept any more, Firestore says one or the other.
        if isinstance(cause, errors.FailedPrecondition | errors.InvalidArgument) and _is_old(str(cause)):
            raise SnapshotGone(str(cause)) from cause
        busy = (errors.ServerError, errors.TooManyRequests, errors.Aborted, errors.RetryError)
        if isinstance(cause, busy):
            raise Unsteady(str(trouble)) from cause
        raise


def _is_old(text: str) -> bool:
    return "too old" in text or "read_time" in text or "read time" in text


@contextmanager
def _plain_errors() -> Iterator[None]:
    from google.api_core.exceptions import FailedPrecondition, GoogleAPIError
    from google.auth.exceptions import GoogleAuthError

    try:
        yield
    except FailedPrecondition as error:
        # The text names the index and where to create it.
        raise Trouble(f"Firestore needs an index for this question: {error}") from error
    except (GoogleAPIError, GoogleAuthError) as error:
        raise Trouble(f"Firestore does not answer this question: {error}") from error
