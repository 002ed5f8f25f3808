"""Running the product: backup and restore 备份与恢复, health, measures, and the page 状态."""
