"""What the site begins by itself: invitations by agents, and triggers by rule."""
