"""How the programs tell what they do: logs and traces. Imports nothing of ours; see ADR 17."""
