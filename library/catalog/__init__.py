"""Search and list assets: filters, sort orders and keyset pagination."""

from library.catalog.asset_list import PAGE_SIZE, Page, find_assets
from library.catalog.sorting import Sort
from library.catalog.suggestions import prefix_handles, suggest_handles

__all__ = ["PAGE_SIZE", "Page", "Sort", "find_assets", "prefix_handles", "suggest_handles"]
