"""Where cases are run: each target serves the APIs of `apis.yaml` with the same handlers."""
