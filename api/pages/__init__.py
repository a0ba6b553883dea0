"""The pages: what a browser is shown, and the forms that it sends, from the same queries and commands as the interface.

A page is a route, a builder that makes what is shown of an answer, and a template.
"""
