"""English dates and numbers, with a 24-hour clock and names of months, which are unambiguous in every country.

`PRECISE_DATETIME_FORMAT` and `USD_FORMAT` are our own; the other names are Django's.
"""

DATE_FORMAT = "j M Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j M Y, H:i"
PRECISE_DATETIME_FORMAT = "j M Y, H:i:s"
YEAR_MONTH_FORMAT = "F Y"
MONTH_DAY_FORMAT = "j F"
SHORT_DATE_FORMAT = "j M"
SHORT_DATETIME_FORMAT = "j M H:i"
DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3
USD_FORMAT = "$%s"
