"""Webinars: public registration, the join link, reminders, the recording with its text."""
