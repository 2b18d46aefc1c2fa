"""What fees does on requests of people. No route registers a payment, and none takes an amount (R50, R52)."""

from services.fees.api import books, lists, notices, payments, refunds, reliefs, reports, violations

routers = (
    *(lists.router, notices.router, payments.router, refunds.router, violations.router),
    *(reliefs.router, reports.router, books.router),
)
