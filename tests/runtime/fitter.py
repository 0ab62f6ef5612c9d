"""A process that fits a store over and over and writes down each version it was told of."""

import sys

import doxa

if __name__ == "__main__":
    path, acknowledged = sys.argv[1:]
    with doxa.open(path) as twins, open(acknowledged, "a") as told:
        print("ready", flush=True)
        while True:
            receipt = twins.fit(["comes_back"])
            told.write(f"{receipt.version}\n")
            told.flush()
