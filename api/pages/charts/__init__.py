"""The charts of the fleet: figures of the interface, drawn as pictures."""
