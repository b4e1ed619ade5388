"""The board: records in, a tidy frame, statistics, standings, and a static page out."""
