"""Which names are the same country's: pycountry's, and what newsrooms write besides."""

from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import Any, Final

from worker.linking.folding import REMEMBERED, fold

# The name in the news where ISO's is another one, then what is written besides.
_NEWS: Final[dict[str, tuple[str, ...]]] = {
    "AE": ("", "UAE", "Emirates"),
    "AG": ("", "Antigua & Barbuda"),
    "BA": ("", "Bosnia", "Bosnia & Herzegovina", "BiH"),
    "BN": ("Brunei",),
    "CD": (
        "Democratic Republic of the Congo",
        "Democratic Republic of Congo",
        "DR Congo",
        "D.R. Congo",
        "DRC",
    ),
    "CF": ("", "CAR"),
    "CG": ("Republic of the Congo", "Republic of Congo", "Congo-Brazzaville"),
    "CI": ("Ivory Coast",),
    "CN": ("", "PRC"),
    "CV": ("Cape Verde",),
    "CZ": ("Czech Republic",),
    "FK": ("Falkland Islands", "Falklands"),
    "FM": ("Micronesia",),
    "GB": ("", "UK", "GB", "Great Britain", "Britain"),
    "IE": ("", "Republic of Ireland"),
    "KN": ("", "Saint Kitts & Nevis", "St. Kitts & Nevis", "St. Kitts and Nevis"),
    "KP": ("", "DPRK", "N. Korea"),
    "KR": ("", "ROK", "Republic of Korea", "S. Korea"),
    "LA": ("", "Lao PDR"),
    "LC": ("", "St. Lucia"),
    "MK": ("", "Macedonia", "Republic of Macedonia", "Former Yugoslav Republic of Macedonia", "FYROM"),
    "MM": ("", "Burma"),
    "MO": ("Macau",),
    "NL": ("Netherlands", "Holland"),
    "NZ": ("", "NZ"),
    "PG": ("", "PNG"),
    "PS": ("Palestine",),
    "RU": ("Russia",),
    "SA": ("", "KSA"),
    "ST": ("", "Sao Tome & Principe"),
    "SZ": ("", "Swaziland"),
    "TL": ("East Timor",),
    "TR": ("Turkey", "Republic of Turkey"),
    "TT": ("", "Trinidad & Tobago"),
    "TW": ("", "Republic of China"),
    "US": ("", "US", "USA", "America"),
    "VA": ("Vatican", "Vatican City", "Holy See"),
    "VC": ("", "St. Vincent and the Grenadines", "Saint Vincent & the Grenadines"),
    "VG": ("British Virgin Islands",),
    "VI": ("U.S. Virgin Islands", "US Virgin Islands", "United States Virgin Islands"),
    "VN": ("", "Viet Nam"),
}
# Not in ISO's list, or no longer.
_BESIDES: Final[dict[str, tuple[str, ...]]] = {
    "Gaza Strip": ("Gaza",),
    "Kosovo": ("Republic of Kosovo",),
    "Soviet Union": ("USSR", "Union of Soviet Socialist Republics"),
    "East Germany": ("GDR", "German Democratic Republic"),
}
# ISO gives "Congo" to one of the two, newspapers to the other.
SHARED: Final[dict[str, tuple[str, ...]]] = {
    "congo": ("Democratic Republic of the Congo", "Republic of the Congo")
}
# In small letters these are words.
_CAPITALS: Final = frozenset({"us", "car"})


@lru_cache(maxsize=REMEMBERED)
def country(text: str) -> str | None:
    """The name of the country that the text names, and nothing besides."""
    key = _key(text)
    if key in _CAPITALS and text.islower() and "." not in text:
        return None
    return country_names().get(key)


def _key(text: str) -> str:
    """Its folded words, or what single letters spell: "U.S." is "us"."""
    words = fold(text)
    return " ".join(words) if len(words[0]) > 1 else "".join(words)


@cache
def country_names() -> dict[str, str]:
    """Folded name → the country's name in the news. Reads pycountry's table: a tenth of a second, once."""
    shown: dict[str, str] = {}
    for name, forms in _countries():
        for form in (name, *forms):
            shown.setdefault(_key(form), name)
    return {key: name for key, name in shown.items() if key not in SHARED}


def _countries() -> Iterator[tuple[str, Sequence[str]]]:
    import pycountry

    for entry in pycountry.countries:
        iso: Any = entry
        common = getattr(iso, "common_name", "")
        forms = [form for form in (common, iso.name, getattr(iso, "official_name", "")) if form]
        # "Moldova, Republic of" is written "Republic of Moldova".
        turned = [" ".join(reversed(form.split(", "))) for form in forms if form.endswith(" of")]
        name, *others = _NEWS.get(iso.alpha_2, ("",))
        yield name or common or iso.name, [*forms, *turned, *others]
    yield from _BESIDES.items()
