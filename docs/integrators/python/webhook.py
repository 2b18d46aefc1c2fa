"""Takes what the hall's webhooks bring: verified first, then kept, then answered; the work comes afterwards.

    WEBHOOK_SECRET=whsec_… python webhook.py

Needs Python 3.11, standardwebhooks, and ledger.py beside it. In front of it stands what ends TLS. Answers are given by the
hall's HTTP interface, or by the queue as in department.py.
"""

import os
from http.server import BaseHTTPRequestHandler, HTTPServer

from ledger import Ledger, read_event
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

MOST_BYTES = 512 * 1024


def read_delivery(secret, headers, body):
    """The event, from the bytes as they came. Raises WebhookVerificationError: not the hall's, altered, or too old."""
    return Webhook(secret).verify(body, headers)


def take_effect(db, event):
    """YOURS TO WRITE: what an event changes here."""
    print(f"{event['type']} {event['subject']} {event['sequence']}", flush=True)


class Delivery(BaseHTTPRequestHandler):
    ledger: Ledger

    def do_POST(self):
        body = self.rfile.read(min(int(self.headers.get("Content-Length", 0)), MOST_BYTES))
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            event = read_delivery(os.environ["WEBHOOK_SECRET"], headers, body)
        except WebhookVerificationError:
            self.send_response(401)
        else:
            self.ledger.take_in(read_event(event, event["data"]))
            self.send_response(204)
        self.end_headers()


def main():
    department = os.environ.get("DEPARTMENT", "fire")
    Delivery.ledger = Ledger(os.environ.get("STORE", "webhook.db"), department, "", take_effect)
    HTTPServer(("127.0.0.1", int(os.environ.get("PORT", "8090"))), Delivery).serve_forever()


if __name__ == "__main__":
    main()
