"""How many nodes a load takes, how much Redis, and what that costs: from what was measured, and simulated beyond it."""
