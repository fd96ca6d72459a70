"""Reads canonical JSON objects, one a line as hex, and says where `rfc8785` writes another form."""

import json
import sys

import rfc8785

count = 0
for line in sys.stdin:
    ours = bytes.fromhex(line.strip())
    theirs = rfc8785.dumps(json.loads(ours))
    if ours != theirs:
        sys.exit(f"ours   {ours!r}\ntheirs {theirs!r}")
    count += 1
print(count)
