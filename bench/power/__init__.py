"""How many injected faults a dual run finds, and how often it cries wolf: `make power`."""
