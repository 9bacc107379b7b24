"""Demo content drawn by the program, so that nobody meets an empty house."""

from generation.demo.accounts import Account
from generation.demo.create import DemoResult, make_demo

__all__ = ["Account", "DemoResult", "make_demo"]
