"""What fees does on requests of people. No route registers a payment, and none takes an amount (R50, R52)."""

from services.fees.api import (
    books,
    days,
    desk,
    disputes,
    exceptions,
    lists,
    notices,
    payments,
    refunds,
    reliefs,
    reports,
    statements,
    tickets,
    violations,
)

routers = (
    *(lists.router, notices.router, payments.router, disputes.router, refunds.router, reliefs.router),
    *(violations.router, exceptions.router, tickets.router, statements.router, days.router),
    *(reports.router, books.router, desk.router),
)
