"""Firestore: the only module of the worker that knows it. Reads and one atomic commit, on raw messages."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

import grpc
from google.cloud.firestore_v1.services.firestore import FirestoreClient
from google.cloud.firestore_v1.services.firestore.transports import FirestoreGrpcTransport
from google.cloud.firestore_v1.types import (
    BatchGetDocumentsRequest,
    BatchGetDocumentsResponse,
    CommitRequest,
    CommitResponse,
    Document,
    Value,
    Write,
)

from worker import rpc
from worker.bookkeeping import Entry, Stored, Written
from worker.fate import Conflict, Never, TryLater
from worker.ledger import Path, Reference

_CALL_SECONDS: Final = 60.0
_READ_DOCUMENTS: Final = 500
_CONFLICTS: Final = (
    grpc.StatusCode.ABORTED,
    grpc.StatusCode.ALREADY_EXISTS,
    grpc.StatusCode.FAILED_PRECONDITION,
    grpc.StatusCode.NOT_FOUND,
)
_REFUSED: Final = (grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.OUT_OF_RANGE)
_REMEMBERED_PATHS: Final = 20_000  # days, publications and forms come again and again
# Firestore's limit on a request. The emulator's is 4 MiB, and it says so with the code for a used-up quota.
_REQUEST_BYTES: Final = 10 * 1024 * 1024
_TOO_LARGE: Final = "exceeds maximum size"
_SIMPLE_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z_0-9]*", re.ASCII)


_Get, _Got = rpc.raw(BatchGetDocumentsRequest), rpc.raw(BatchGetDocumentsResponse)
_Commit, _Committed = rpc.raw(CommitRequest), rpc.raw(CommitResponse)
_Document, _Value, _Write = rpc.raw(Document), rpc.raw(Value), rpc.raw(Write)


def open_channel() -> grpc.Channel:
    """See `worker.rpc`. Raises CannotStart."""
    return rpc.open_channel(FirestoreClient, FirestoreGrpcTransport, emulator="FIRESTORE_EMULATOR_HOST")


@dataclass(slots=True)
class Database:
    """The default database of a project; every error is one of our fates."""

    channel: grpc.Channel
    project: str
    _get: Any = field(init=False, repr=False)
    _commit: Any = field(init=False, repr=False)

    def __post_init__(self) -> None:
        service = "/google.firestore.v1.Firestore"
        self._get = self.channel.unary_stream(
            f"{service}/BatchGetDocuments",
            request_serializer=_Get.SerializeToString,
            response_deserializer=_Got.FromString,
        )
        self._commit = self.channel.unary_unary(
            f"{service}/Commit",
            request_serializer=_Commit.SerializeToString,
            response_deserializer=_Committed.FromString,
        )

    def read(
        self, references: Sequence[Reference], fields: Sequence[str] | None = None
    ) -> dict[Reference, Stored]:
        """The documents that exist, whole or only some top-level fields. Raises TryLater or Never."""
        found: dict[Reference, Stored] = {}
        for start in range(0, len(references), _READ_DOCUMENTS):
            names = [self._name(reference) for reference in references[start : start + _READ_DOCUMENTS]]
            request = _Get(database=self._path, documents=names)
            if fields is not None:
                request.mask.field_paths.extend(fields)
            try:
                for answer in self._get(request, timeout=_CALL_SECONDS, metadata=self._metadata):
                    if answer.HasField("found"):
                        document = answer.found
                        found[_reference(document.name)] = Stored(
                            _decode_fields(document.fields), document.update_time
                        )
            except grpc.RpcError as error:
                raise _fate(error) from error
        return found

    def commit(self, entries: Sequence[Entry]) -> list[Written]:
        """Writes all or nothing. Raises Conflict, TryLater or Never."""
        request = _Commit(database=self._path, writes=[self._write(entry) for entry in entries])
        if request.ByteSize() > _REQUEST_BYTES:
            raise Never(f"Firestore: a commit of {request.ByteSize():,} bytes; it takes {_REQUEST_BYTES:,}")
        try:
            answer = self._commit(request, timeout=_CALL_SECONDS, metadata=self._metadata)
        except grpc.RpcError as error:
            raise _fate(error) from error
        return [
            Written(result.update_time, [value.integer_value for value in result.transform_results])
            for result in answer.write_results
        ]

    @property
    def _path(self) -> str:
        return f"projects/{self.project}/databases/(default)"

    @property
    def _metadata(self) -> tuple[tuple[str, str], ...]:
        routing = (
            ("google-cloud-resource-prefix", self._path),
            ("x-goog-request-params", f"database={self._path}"),
        )
        # The emulator takes this word as an administrator, whatever security rules it was started with.
        return (
            (*routing, ("authorization", "Bearer owner"))
            if "FIRESTORE_EMULATOR_HOST" in os.environ
            else routing
        )

    def _name(self, reference: Reference) -> str:
        return f"{self._path}/documents/{reference[0]}/{reference[1]}"

    def _write(self, entry: Entry) -> Any:
        name = self._name(entry.reference)
        write = _Write(delete=name) if entry.fields is None else _Write(update=_document(name, entry.fields))
        if entry.merge and entry.fields is not None:
            write.update_mask.SetInParent()  # even when empty: without a mask the write replaces the document
            write.update_mask.field_paths.extend(_quote((field,)) for field in entry.fields)
        for path, number in entry.increments.items():
            transform = write.update_transforms.add(field_path=_quote(path))
            transform.increment.integer_value = number
        if isinstance(entry.requires, bool):
            write.current_document.exists = entry.requires
        elif entry.requires is not None:
            write.current_document.update_time.CopyFrom(entry.requires)
        return write


def _fate(error: grpc.RpcError) -> Exception:
    code = error.code()
    text = f"Firestore: {code.name}: {str(error.details())[:300]}"
    if code in _REFUSED or _TOO_LARGE in text:
        return Never(text)
    return Conflict(text) if code in _CONFLICTS else TryLater(text)


def _reference(name: str) -> Reference:
    collection, document_id = name.split("/")[-2:]
    return collection, document_id


@lru_cache(maxsize=_REMEMBERED_PATHS)
def _quote(path: Path) -> str:
    """A field path; anything but plain names is quoted, as Firestore asks."""
    return ".".join(
        part if _SIMPLE_NAME.fullmatch(part) else "`" + part.replace("\\", "\\\\").replace("`", "\\`") + "`"
        for part in path
    )


def _document(name: str, fields: Mapping[str, Any]) -> Any:
    document = _Document(name=name)
    for key, value in fields.items():
        _encode(value, document.fields[key])
    return document


def _encode(value: Any, target: Any) -> None:
    """Writes a Python value into a protobuf Value.

    Exact types, commonest first: a match over classes takes twice the time, most of a commit's.
    """
    kind = type(value)
    if kind is str:
        target.string_value = value
    elif kind is int:
        target.integer_value = value
    elif kind is dict:
        target.map_value.SetInParent()
        fields = target.map_value.fields
        for key, item in value.items():
            _encode(item, fields[key])
    elif kind is list:
        target.array_value.SetInParent()
        add = target.array_value.values.add
        for item in value:
            _encode(item, add())
    else:
        _encode_rarer(value, target)


def _encode_rarer(value: Any, target: Any) -> None:
    match value:
        case None:
            target.null_value = 0
        case bool():
            target.boolean_value = value
        case float():
            target.double_value = value
        case datetime():
            moment = value.astimezone(UTC)
            target.timestamp_value.FromDatetime(moment.replace(tzinfo=None))
        case Mapping():
            _encode(dict(value), target)
        case _:
            raise TypeError(f"no Firestore value for {type(value).__name__}")


def _decode_fields(fields: Any) -> dict[str, Any]:
    return {key: _decode(value) for key, value in fields.items()}


def _decode(value: Any) -> Any:
    kind = value.WhichOneof("value_type")
    match kind:
        case "null_value" | None:
            return None
        case "map_value":
            return _decode_fields(value.map_value.fields)
        case "array_value":
            return [_decode(item) for item in value.array_value.values]
        case "timestamp_value":
            stamp = value.timestamp_value
            return datetime.fromtimestamp(stamp.seconds, UTC).replace(microsecond=stamp.nanos // 1_000)
        case _:
            return getattr(value, kind)
