"""Letters 成长寄语: writing, checks, proof-reading, release, replies."""
