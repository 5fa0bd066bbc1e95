"""Sizes, colours and lines that every chart shares: Okabe-Ito colours on a solid light ground, and never colour alone."""

from typing import Literal

WIDTH, HEIGHT = 1200, 900
DPI = 200
GROUND, INK, QUIET, GRID = "#F7F7F4", "#1A1A1A", "#555555", "#D5D5D0"
BLUE, VERMILLION, GREEN, PURPLE, ORANGE, BLACK = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#B0568A",
    "#B37400",
    "#000000",
)
SHADES = (GROUND, "#E2E2DC", "#C9C9C2", "#ABABA3")
TITLE, TEXT, SMALL = 14.0, 11.5, 10.5
BESIDE = 265.0
HALF = (WIDTH - 72) / 2 - 100
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


Dashes = Literal["solid"] | tuple[float, tuple[float, ...]]
LINES: tuple[tuple[str, Dashes], ...] = (
    (BLUE, "solid"),
    (VERMILLION, (0, (5, 1.5))),
    (GREEN, (0, (1.2, 1.2))),
    (BLACK, (0, (6, 1.5, 1.2, 1.5))),
    (PURPLE, "solid"),
    (ORANGE, (0, (5, 1.5))),
    (BLUE, (0, (1.2, 1.2))),
    (VERMILLION, (0, (6, 1.5, 1.2, 1.5))),
    (GREEN, "solid"),
    (BLACK, (0, (3, 1, 1, 1, 1, 1))),
)
