"""Every test of the house, wherever its folder is, can ask for a real broker and database."""

pytest_plugins = ["tests.support.fixtures"]
