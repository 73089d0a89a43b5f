"""What happens between the steps: the session, the loop, the hooks."""
