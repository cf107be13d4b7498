"""What there is in AWS accounts, read and never changed."""
