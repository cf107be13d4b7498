"""What earlier checklists said: recorded in the application's repository, when it is asked for, and only added to."""
