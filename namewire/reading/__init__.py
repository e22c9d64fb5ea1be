"""Articles out of files: JSON, JSON Lines, CSV, plain text, each also gzipped, or standard input."""
