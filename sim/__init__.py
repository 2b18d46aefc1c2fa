"""The outside world, played: the bank, the identity provider, the SMS gateway, a superior authority, the people."""
