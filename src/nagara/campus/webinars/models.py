"""What is kept: webinars: public registration, the join link, reminders, the recording with its text."""
