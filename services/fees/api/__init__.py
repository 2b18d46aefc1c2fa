"""What fees does on requests of people. No route registers a payment, and none takes an amount (R50, R52)."""

from services.fees.api import (
    books,
    exceptions,
    lists,
    notices,
    payments,
    refunds,
    reliefs,
    reports,
    tickets,
    violations,
)

routers = (
    *(lists.router, notices.router, payments.router, refunds.router, reliefs.router, violations.router),
    *(exceptions.router, tickets.router, reports.router, books.router),
)
