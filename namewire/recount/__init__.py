"""The recount behind `namewire verify`: what the counts must be, what they are, and how to set them right."""
