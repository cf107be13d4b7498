"""The compatibility service: it stands where API Gateway stood."""
