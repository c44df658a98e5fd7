"""What is asked and answered again and again, found in conversations that are over."""
