"""What fees does on requests of people. No route registers a payment, and none takes an amount (R50, R52)."""

from services.fees.api import books, lists, notices, payments, reliefs, reports

routers = (lists.router, notices.router, payments.router, reliefs.router, reports.router, books.router)
