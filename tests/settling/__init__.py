"""Tests of 期末材料."""
