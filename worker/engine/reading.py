"""Reads the weights of a spaCy entity recognizer, or says why the engine cannot stand in for it."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from worker.engine.arrays import Floats
from worker.engine.moves import Moves, read_moves
from worker.engine.network import Convolution, Network, Scorer


class Unsupported(Exception):
    """The pipeline is not of the shape that the engine knows; the message says in what."""


# Attributes that a token has by itself, whatever stands beside it and whatever component ran before.
_LEXICAL: Final = frozenset(
    {"ORTH", "NORM", "LOWER", "PREFIX", "SUFFIX", "SHAPE", "SPACY", "LENGTH", "IS_SPACE", "IS_ALPHA",
     "IS_ASCII", "IS_DIGIT", "IS_LOWER", "IS_PUNCT", "IS_TITLE", "IS_UPPER", "IS_STOP", "LIKE_NUM",
     "LIKE_URL", "LIKE_EMAIL"}
)  # fmt: skip
_TOKENWISE: Final = frozenset(
    {"extract_features", "list2ragged", "ints-getitem", "hashembed", "maxout", "layernorm", "dropout",
     "ragged2list", "static_vectors"}
)  # fmt: skip
_CONVOLUTION: Final = ["expand_window", "maxout", "layernorm", "dropout"]
_FEATURES: Final = (3, 6)


def read_network(nlp: Any) -> Network:
    """The network of the pipeline's entity recognizer. Raises Unsupported."""
    recognizer, upstream = _components(nlp)
    if recognizer.cfg.get("beam_width", 1) != 1:
        raise Unsupported("it searches with a beam")
    tok2vec, lower, upper = recognizer.model.layers
    source, linear = _parts(tok2vec, upstream)
    embed = source.get_ref("embed")
    convolutions = _convolutions(source.get_ref("encode"))
    return Network(
        columns=_columns(embed),
        vector_key=_vector_key(embed, nlp.vocab),
        embed=embed,
        tok2vec=source,
        convolutions=convolutions,
        scorer=_scorer(linear, lower, upper),
        moves=_moves(recognizer),
    )


def _components(nlp: Any) -> tuple[Any, Any]:
    """The recognizer and the token vectors that it listens to, if those are all there is."""
    kinds = [_kind(pipe) for _, pipe in nlp.pipeline]
    if kinds == ["spacy.pipeline.ner.EntityRecognizer"]:
        return nlp.pipeline[0][1], None
    if kinds == ["spacy.pipeline.tok2vec.Tok2Vec", "spacy.pipeline.ner.EntityRecognizer"]:
        return nlp.pipeline[1][1], nlp.pipeline[0]
    raise Unsupported(f"its components are {', '.join(kinds) or 'none'}")


def _kind(thing: Any) -> str:
    return f"{type(thing).__module__}.{type(thing).__qualname__}"


def _parts(tok2vec: Any, upstream: Any) -> tuple[Any, Any]:
    """What makes the token vectors, and the projection that follows."""
    if [layer.name for layer in tok2vec.layers[1:]] != ["list2array", "linear"]:
        raise Unsupported(f"its token vectors are {tok2vec.name}")
    source = tok2vec.layers[0]
    if source.name == "tok2vec-listener":
        if upstream is None or source.upstream_name not in ("*", upstream[0]):
            raise Unsupported(f"it listens to {source.upstream_name!r}, which is not in the pipeline")
        source = upstream[1].model
    if not (source.has_ref("embed") and source.has_ref("encode") and len(source.layers) == 2):
        raise Unsupported(f"its token vectors are {source.name}")
    return source, tok2vec.layers[2]


def _leaves(model: Any) -> list[Any]:
    return [node for node in model.walk(order="dfs_pre") if not node.layers]


def _columns(embed: Any) -> tuple[str, ...]:
    leaves = _leaves(embed)
    extracts = [leaf for leaf in leaves if leaf.name == "extract_features"]
    if len(extracts) != 1 or not {leaf.name for leaf in leaves} <= _TOKENWISE:
        raise Unsupported(f"its embedding is {embed.name}")
    columns = tuple(extracts[0].attrs["columns"])
    if not set(columns) <= _LEXICAL:
        raise Unsupported(f"its embedding looks at {', '.join(map(str, columns))}")
    return columns


def _vector_key(embed: Any, vocab: Any) -> int | None:
    if all(leaf.name != "static_vectors" for leaf in _leaves(embed)):
        return None
    # The default is ORTH, the attribute of the same number in every spaCy 3.
    return int(getattr(vocab.vectors, "attr", 65))


def _convolutions(encode: Any) -> tuple[Convolution, ...]:
    leaves = _leaves(encode)
    depth = len(leaves) // len(_CONVOLUTION)
    residuals = [node for node in encode.walk(order="dfs_pre") if _is_residual(node)]
    if not depth or [leaf.name for leaf in leaves] != _CONVOLUTION * depth or len(residuals) != depth:
        raise Unsupported(f"its encoder is {encode.name}")
    layers = tuple(_convolution(*_leaves(residual)[:3]) for residual in residuals)
    if encode.attrs.get("pad") != sum(layer.window for layer in layers):
        raise Unsupported("its documents are not kept apart by padding")
    if len({(layer.window, layer.pieces, layer.width) for layer in layers}) > 1:
        raise Unsupported("the layers of its encoder are not alike")
    return layers


def _is_residual(node: Any) -> bool:
    """A chain of such layers has a name that begins like theirs."""
    name = "residual("
    return node.name.startswith(name) and not node.layers[0].name.startswith(name)


def _convolution(expand: Any, maxout: Any, norm: Any) -> Convolution:
    weights = _floats(maxout, "W")
    width, pieces, inputs = weights.shape
    window = int(expand.attrs["window_size"])
    if inputs != (2 * window + 1) * width:
        raise Unsupported("its encoder changes its width")
    return Convolution(
        window=window,
        pieces=pieces,
        width=width,
        weights=np.ascontiguousarray(weights.transpose(2, 1, 0).reshape(inputs, pieces * width)),
        bias=np.ascontiguousarray(_floats(maxout, "b").T.reshape(-1)),
        gain=_floats(norm, "G"),
        shift=_floats(norm, "b"),
    )


def _scorer(linear: Any, lower: Any, upper: Any) -> Scorer:
    """Nothing bends between the projection and the hidden layer, so that the two are one map."""
    weights = _floats(lower, "W").astype(np.float64)
    features, hidden, pieces, inputs = weights.shape
    if (
        lower.name != "precomputable_affine"
        or features not in _FEATURES
        or upper.name not in ("linear", "noop")
    ):
        raise Unsupported(f"its states have {features} features and are scored by {upper.name}")
    weights = weights.transpose(0, 2, 1, 3).reshape(features, pieces * hidden, inputs)
    maps = weights @ _floats(linear, "W").astype(np.float64)
    padding = _floats(lower, "pad")[0].transpose(0, 2, 1).reshape(features, pieces * hidden)
    return Scorer(
        pieces=pieces,
        features=np.ascontiguousarray(maps.transpose(0, 2, 1), np.float32),
        offsets=(weights @ _floats(linear, "b").astype(np.float64)).astype(np.float32),
        padding=np.ascontiguousarray(padding),
        bias=np.ascontiguousarray(_floats(lower, "b").T.reshape(-1)),
        upper=np.ascontiguousarray(_floats(upper, "W").T) if upper.name == "linear" else None,
        upper_bias=_floats(upper, "b") if upper.name == "linear" else np.zeros(hidden, np.float32),
    )


def _moves(recognizer: Any) -> Moves:
    names: Sequence[str] = [recognizer.moves.get_class_name(i) for i in range(recognizer.moves.n_moves)]
    try:
        return read_moves(names, unseen=frozenset(recognizer.model.attrs["unseen_classes"]))
    except ValueError as error:
        raise Unsupported(str(error)) from error


def _floats(layer: Any, name: str) -> Floats:
    value = layer.get_param(name) if layer.has_param(name) else None
    if not isinstance(value, np.ndarray) or value.dtype != np.float32 or not np.isfinite(value).all():
        raise Unsupported(f"the {name} of its layer {layer.name} is not an array of finite 32-bit numbers")
    return value
