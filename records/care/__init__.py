"""Referrals 转介, tree-hole cards 心灵树洞卡, and the counsellor's pages."""
