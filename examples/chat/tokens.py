"""Print a token for trying the chat. Real tokens come from your sign-in."""

import argparse
import os
import sys
import time

import jwt


def main() -> None:
    parser = argparse.ArgumentParser(description="Print a token for the chat, signed with $JWT_SECRET.")
    parser.add_argument("--user", required=True, help="who connects, for example ana")
    parser.add_argument("--tenant", required=True, help="whose people they talk to, for example acme")
    parser.add_argument("--minutes", type=int, default=60, help="how long it is valid (default: 60)")
    arguments = parser.parse_args()
    secret = os.environ.get("JWT_SECRET")
    if not secret:
        sys.exit("JWT_SECRET is not set: use the secret that the chat was deployed with.")
    expires = int(time.time()) + 60 * arguments.minutes
    claims = {"user_id": arguments.user, "tenant_id": arguments.tenant, "exp": expires}
    print(jwt.encode(claims, secret, algorithm="HS256"))


if __name__ == "__main__":
    main()
