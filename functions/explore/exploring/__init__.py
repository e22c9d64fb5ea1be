"""The web edge where people look: pages and a JSON API over what Firestore holds. Read only."""
