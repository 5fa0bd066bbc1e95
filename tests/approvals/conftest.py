from conftest_approvals import desk

__all__ = ["desk"]
