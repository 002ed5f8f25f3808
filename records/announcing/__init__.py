"""Announcements 公告 to teachers, families and schools, and telling families that letters are out."""
