"""Search and listing: what matches, for whom, in which order, one keyset page at a time."""

from library.catalog.asset_list import PAGE_SIZE, Page, find_assets
from library.catalog.sorting import Sort
from library.catalog.suggestions import near_handles, suggest_handles

__all__ = ["PAGE_SIZE", "Page", "Sort", "find_assets", "near_handles", "suggest_handles"]
