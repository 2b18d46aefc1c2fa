"""The hall's feed: everything that a department may hear, from a cursor on, also what its queue never got.

HALL_URL      the hall, https://hall.example; without it the queue is all there is
TOKEN_URL     the identity provider's token endpoint
TOKEN_FORM    what is posted there: grant_type=client_credentials&client_id=…&client_secret=…
"""

import json
import os
import urllib.request
from urllib.parse import parse_qs, urlsplit

HALL_URL = os.environ.get("HALL_URL", "").rstrip("/")


def read_page(department, after):
    """Events as CloudEvents JSON, oldest first, and the cursor to go on from. None left: an empty page."""
    address = f"{HALL_URL}/notify/feed?departments={department}&limit=200&after={after}"
    asked = urllib.request.Request(address, headers={"Authorization": f"Bearer {_token()}"})
    with urllib.request.urlopen(asked, timeout=20) as answer:
        link, events = answer.headers["Link"], json.load(answer)
    following = link[link.index("<") + 1 : link.index(">")]
    return events, int(parse_qs(urlsplit(following).query)["after"][0])


def _token():
    with urllib.request.urlopen(os.environ["TOKEN_URL"], os.environ["TOKEN_FORM"].encode(), timeout=20) as answer:
        return json.load(answer)["access_token"]
