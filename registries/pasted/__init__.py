"""What people arrive with in their clipboard: an image, a `docker login` line, a file of logins, a secret of some kind."""
