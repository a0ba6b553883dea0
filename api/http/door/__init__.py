"""The door: who may knock, how much and how slowly a client may send, and how many may stand there at once."""
