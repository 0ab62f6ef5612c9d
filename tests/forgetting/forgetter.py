"""A process that forgets one person after the other and writes down each that it was told is gone.

Run as ``python forgetter.py STORE ACKNOWLEDGED PERSON...``.
"""

import os
import sys

import doxa

if __name__ == "__main__":
    path, list_path, *people = sys.argv[1:]
    acknowledged = os.open(list_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    with doxa.open(path) as twins:
        print("ready", flush=True)
        for person in people:
            twins.forget(person)
            os.write(acknowledged, f"{person}\n".encode())
    os.close(acknowledged)
