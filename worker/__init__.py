"""The pull side: finds entities in articles (`work`) and writes them to Firestore (`write`)."""
