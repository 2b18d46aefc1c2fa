"""The wire to the bank: what is signed, what it says, and how we ask it."""
