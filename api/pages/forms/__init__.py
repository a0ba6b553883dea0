"""The form of each command, made from its JSON schema: what is asked, what can be chosen, what is sent.

`shape` reads the schema, `choices` says what fits in this engagement, `fields` is what is shown, `body` what was sent
as the JSON that the interface takes, `sending` records it.
"""
