"""The pages of 期末材料."""
