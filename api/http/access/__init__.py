"""Who may ask what: the table of what each address needs, who signed in, and the gate where both meet."""
