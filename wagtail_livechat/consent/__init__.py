"""What a visitor is asked before anything is watched or counted, and what was answered."""
