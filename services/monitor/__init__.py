"""The supervisor (电子监察): follows every event, believes no date that it is told, and cannot be edited."""
