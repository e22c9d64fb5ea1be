"""Measures entity recognition on the machine at hand: spaCy's own loop and the engine side by side."""
