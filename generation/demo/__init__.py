"""Demo content for a fresh installation."""

from generation.demo.accounts import Account
from generation.demo.create import DemoResult, create_demo

__all__ = ["Account", "DemoResult", "create_demo"]
