"""Texts with something of all that tokenizers treat in their own way, and with names to find."""

from typing import Final

_NEWS: Final = """\
Angela Merkel didn't meet Boris Johnson at 5pm in Berlin's Reichstag (on Friday), Reuters reports.

\tLONDON, Jan. 3 -- U.S. Sen. Mary-Ann O'Neil said: "We've paid $3.5bn... for the BBC/ITV deal!"  She'd won
12% of 1,000,000 votes; see https://www.example.com/a?b=c#d or mail a.b@example.org.\x20
\x20
C++ :-) x_x (:-) e.g. No. 10-11, 1/2 a.m.)"""
_EUROPE: Final = """\
Zürich – l’été à Paris, l'homme d’État. Ärzte in Köln; 20.30 Uhr, z.B. am 3. Mai. ¿Qué? ¡No! señor Núñez
Привет, Москва! Αθήνα «Ελλάδα», т.е. № 5."""
_WORLD: Final = """\
שלום עולם. مرحبا بالعالم، اليوم. नमस्ते दुनिया। สวัสดีชาวโลก 北京大学。東京都、 서울은"""
_ODD: Final = (
    " \u00a0 a\u00a0b\u2003c \r\n\r\nzero\u200bwidth e\u0301 \U0001f600\U0001f468\u200d\U0001f469 #tag @who "
    "'tis ''quoted'' ``x`` \u0085\x1c end \n"
)

PROBES: Final = (_NEWS, _EUROPE, _WORLD, _ODD, "word", "  ", "")
