"""Opens, decodes and encodes audio and pictures. Runs in workers only."""
