"""The console command: shows the house working, feeds it, and answers questions about what it found."""
