"""The recipe that trains the embedded pipeline from the labelled data folder."""
