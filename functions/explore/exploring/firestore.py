"""Firestore as the pages need it; the only module of the explorer that knows its client. It cannot write."""

import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from google.api_core import exceptions
from google.api_core.retry import Retry, if_exception_type
from google.auth.exceptions import GoogleAuthError
from google.cloud import firestore
from google.cloud.firestore_v1.base_query import FieldFilter
from google.cloud.firestore_v1.field_path import FieldPath

from exploring.errors import Misconfigured, Unreachable

T = TypeVar("T")
Path = tuple[str, ...]
Condition = tuple[Path, str, Any]

_CALL_SECONDS: Final = 20.0
# A connection that the other side has closed is opened anew; an outage is told at once.
_RETRY: Final = Retry(
    predicate=if_exception_type(exceptions.ServiceUnavailable, exceptions.Aborted),
    initial=0.1,
    maximum=0.5,
    timeout=1.0,
)
_AT_ONCE: Final = 32
# A count costs one read for each so many index entries.
_COUNTED_PER_READ: Final = 1_000
_NAME: Final = "__name__"


@dataclass(frozen=True, slots=True)
class Found:
    """A document, or of a document the fields asked for."""

    id: str
    fields: dict[str, Any]


class Firestore:
    """Connects at the first question: the server forks after it has loaded us, which no channel survives."""

    def __init__(self, connect: Callable[[], Any]) -> None:
        self._connect = connect
        self._lock = threading.Lock()
        self._client: Any = None
        self._pools: dict[str, ThreadPoolExecutor] = {}

    def client(self) -> Any:
        with self._lock:
            if self._client is None:
                with _plain_errors():
                    self._client = self._connect()
            return self._client

    def ask(self, work: Callable[[], T]) -> Future[T]:
        """Runs one question beside others. It must not wait for another: all threads might."""
        return self._submit("question", work)

    def aside(self, work: Callable[[], T]) -> Future[T]:
        """Runs what may itself wait for questions."""
        return self._submit("aside", work)

    def _submit(self, kind: str, work: Callable[[], T]) -> Future[T]:
        with self._lock:
            if kind not in self._pools:
                self._pools[kind] = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix=kind)
            return self._pools[kind].submit(work)


def connect(project: str) -> Any:
    """A client for the default database; FIRESTORE_EMULATOR_HOST leads it to an emulator."""
    if "FIRESTORE_EMULATOR_HOST" in os.environ:
        # gRPC would otherwise look for a proxy even for this machine.
        os.environ.setdefault("no_proxy", os.environ["FIRESTORE_EMULATOR_HOST"].partition(":")[0])
    return firestore.Client(project=project)


@dataclass(slots=True)
class Reader:
    """Asks on behalf of one answer, and counts the document reads that it costs."""

    firestore: Firestore
    reads: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def get(self, collection: str, name: str) -> Found | None:
        with _plain_errors():
            reference = self.firestore.client().collection(collection).document(name)
            snapshot = reference.get(timeout=_CALL_SECONDS, retry=_RETRY)
        self._count(1)
        return Found(snapshot.id, snapshot.to_dict()) if snapshot.exists else None

    def get_many(
        self, collection: str, names: Sequence[str], fields: Sequence[Path]
    ) -> dict[str, dict[str, Any]]:
        """Those of the documents that exist, by id."""
        if not names:
            return {}
        client = self.firestore.client()
        references = [client.collection(collection).document(name) for name in names]
        with _plain_errors():
            snapshots = list(
                client.get_all(references, field_paths=_paths(fields), timeout=_CALL_SECONDS, retry=_RETRY)
            )
        self._count(len(snapshots))
        return {snapshot.id: snapshot.to_dict() for snapshot in snapshots if snapshot.exists}

    def query(
        self,
        collection: str,
        *,
        fields: Sequence[Path],
        limit: int,
        where: Sequence[Condition] = (),
        descending: Sequence[Path] = (),
        after: Mapping[str, Any] | None = None,
    ) -> list[Found]:
        """Documents by the fields, the largest first, then by their ids; `after` is where to go on."""
        documents = self.firestore.client().collection(collection)
        query = documents.select(_paths(fields)).limit(limit)
        for path, operator, value in where:
            query = query.where(filter=FieldFilter(_path(path), operator, value))
        for path in (*descending, (_NAME,)):
            query = query.order_by(_path(path), direction="DESCENDING")
        if after is not None:
            query = query.start_after({**after, _NAME: documents.document(after[_NAME])})
        with _plain_errors():
            found = [
                Found(snapshot.id, snapshot.to_dict())
                for snapshot in query.stream(timeout=_CALL_SECONDS, retry=_RETRY)
            ]
        self._count(max(1, len(found)))
        return found

    def count(self, collection: str, *, most: int, where: Sequence[Condition] = ()) -> int:
        """How many there are, counted by the server, who stops at so many."""
        query = self.firestore.client().collection(collection)
        for path, operator, value in where:
            query = query.where(filter=FieldFilter(_path(path), operator, value))
        with _plain_errors():
            counted = query.limit(most).count(alias="all").get(timeout=_CALL_SECONDS, retry=_RETRY)
        number = int(counted[0][0].value)
        self._count_counted(number)
        return number

    def add_up(self, collection: str, path: Path) -> tuple[int, int]:
        """How many there are, and the sum of their numbers."""
        query = (
            self.firestore.client().collection(collection).count(alias="all").sum(_path(path), alias="sum")
        )
        with _plain_errors():
            rows = query.get(timeout=_CALL_SECONDS, retry=_RETRY)
        values = {each.alias: int(each.value) for each in rows[0]}
        self._count_counted(values["all"])
        return values["all"], values["sum"]

    def begin(self, work: Callable[[], T]) -> Callable[[], T]:
        """Starts a question beside others; calling the result waits for its answer."""
        return self.firestore.ask(work).result

    def _count_counted(self, entries: int) -> None:
        self._count(max(1, -(-entries // _COUNTED_PER_READ)))

    def _count(self, reads: int) -> None:
        with self._lock:
            self.reads += reads


def _paths(fields: Sequence[Path]) -> list[str]:
    return [_path(path) for path in fields]


def _path(path: Path) -> str:
    """Quoted where a name, such as a day, is not simple."""
    return path[0] if path == (_NAME,) else str(FieldPath(*path).to_api_repr())


@contextmanager
def _plain_errors() -> Iterator[None]:
    try:
        yield
    except (exceptions.FailedPrecondition, exceptions.PermissionDenied, exceptions.NotFound) as error:
        raise Misconfigured(str(error)) from error
    except (exceptions.GoogleAPIError, GoogleAuthError) as error:
        raise Unreachable(str(error)) from error
