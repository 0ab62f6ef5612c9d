"""``python -m doxa`` is ``doxa``."""

from doxa.interfaces.cli import main

if __name__ == "__main__":
    main()
