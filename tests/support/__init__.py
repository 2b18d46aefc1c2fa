"""What tests stand on: a real broker and a real database; nothing here is a mock.

Fixtures live in `fixtures`; `PrivateRabbit` and `PrivatePostgres` are servers that a fault test may freeze and kill.
"""
