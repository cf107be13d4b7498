"""Who uses what, and what therefore may go, must be edited, or stays."""
