"""Taking money: the interface of payment providers, and two of them."""
