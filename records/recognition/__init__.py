"""Teachers honour each other 表彰 and tell what helped 经验分享: no score, no rank (W24, W27, W31)."""
