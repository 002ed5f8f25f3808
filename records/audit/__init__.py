"""使用记录: who changed, read, printed and took out what; it holds no texts."""
