"""Who talks to the shim."""
