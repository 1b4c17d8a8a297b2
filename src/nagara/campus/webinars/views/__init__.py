"""Pages of the room: for the public, behind personal links, for those who run webinars."""
