"""What is remembered of people, who looked at it, and when it goes."""
