"""The web edge where articles come in: read, validate, publish, and answer only for what Pub/Sub has."""
