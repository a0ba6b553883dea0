"""Webhooks: who is told of what is recorded, by signed requests that are sent again until they are taken."""
