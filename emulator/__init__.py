"""The local house, never deployed: the real emulators, the topology and every program, run on one machine.

- `emulator.services`: `pubsub_emulator()` and `firestore_emulator()`, one emulator each, for tests.
- `emulator.topology`: `create_topology()`, the topics and subscriptions of `terraform/topology.yaml`.
- `emulator.stack`: `Stack`, the whole house as a context manager, for `namewire up` and `namewire demo`.
- `emulator.house`: what the whole house consists of, part by part.

Whatever is started here runs under a guard of its own (`emulator.guard`), which ends it when the
launcher is gone, however it went.
"""
