"""The supervisor's rules: what a case looks like from its events, how late it is, what that is called. Pure."""
