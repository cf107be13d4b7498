"""What a dual run tells people and machines."""
