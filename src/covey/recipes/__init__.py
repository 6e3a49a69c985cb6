"""One application per file, on the contract in _recipe.py."""
