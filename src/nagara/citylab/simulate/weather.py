"""Weather, water, air and traffic: the true signals, before sensors and their faults.

Rain falls in afternoon storms; one large storm in the last third of the period floods the low wards. In
periods of three weeks and more, smaller storms before and after it lift the river within its banks, so that
an alarm can be designed on the first weeks and judged on the rest. River gates see a storm's wave one after
the other, from the hills to the sea. The tide follows its two strongest daily parts (M2, K1). Fine dust
follows traffic, rain and one haze episode.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

STEP_S = 600
"""All signals are drawn on one grid of ten minutes."""
GATE_KM = (18.0, 13.0, 9.0, 6.0, 3.5, 1.2)
"""River kilometres of the gates above the mouth, from the hills down."""
WAVE_KMH = 3.0
BIG_STORM_AT = 0.7
SMALLER_STORMS = (
    (0.15, 15.0, 3.5, 2.4),
    (0.34, 4.0, 2.6, 2.0),
    (0.52, 21.0, 4.4, 1.8),
    (0.88, 17.0, 4.0, 2.0),
)
"""Part of the period, hour of the day, mm in ten minutes at the height, width (h). They are no floods."""
ROOM_FOR_SMALLER_DAYS = 21
"""In shorter periods one wave would run into the next."""
HAZE = (0.35, 0.5)
HAZE_UGM3 = 70.0


@dataclass(frozen=True)
class Weather:
    """Signals on the ten-minute grid. `hours` counts from local midnight of the first day."""

    hours: Floats
    rain: Floats  # mm in ten minutes, over the hills
    storm_hour: float  # when the big storm is at its height
    levels: Floats  # mm at each gate, shape (gates, steps)
    tide: Floats  # mm against mean sea level
    peaks: Floats  # hour of the flood peak at each gate
    haze: Floats  # 0-1


def make_weather(days: int, random: np.random.Generator) -> Weather:
    """Signals for whole days from local midnight."""
    hours = np.arange(days * 86_400 // STEP_S) * STEP_S / 3600
    rain = np.zeros_like(hours)
    for day in range(days):
        if random.uniform() < 0.42:
            middle = day * 24 + random.normal(15.5, 1.6)
            rain += random.gamma(1.6, 0.5) * np.exp(-(((hours - middle) / random.uniform(0.4, 1.1)) ** 2))
    storm_hour = float(int(days * BIG_STORM_AT) * 24 + 2.5)
    rain += 7.5 * np.exp(-(((hours - storm_hour) / 2.2) ** 2))
    for part, hour, height, width in SMALLER_STORMS if days >= ROOM_FOR_SMALLER_DAYS else ():
        rain += height * np.exp(-(((hours - int(days * part) * 24 - hour) / width) ** 2))
    rain = np.where(rain < 0.08, 0.0, np.round(rain, 1))
    levels, peaks = [], []
    for number, km in enumerate(GATE_KM):
        lag = (GATE_KM[0] - km) / WAVE_KMH + 1.5
        wave = _respond(rain, lag, 1.1 + 0.5 * number)
        base, gain = 350.0 + 260.0 * number, 62.0 + 34.0 * number
        levels.append(base + gain * wave + 12 * np.sin(hours / 31 + number))
        near = (hours > storm_hour - 6) & (hours < storm_hour + 40)
        peaks.append(float(hours[near][np.argmax(levels[-1][near])]))
    tide = 620 * np.cos(2 * np.pi * hours / 12.42) + 330 * np.cos(2 * np.pi * hours / 23.93 + 0.8)
    low, high = HAZE[0] * days * 24, HAZE[1] * days * 24
    haze = np.clip(np.minimum(hours - low, high - hours) / 12, 0, 1)
    return Weather(hours, rain, storm_hour, np.array(levels), tide, np.array(peaks), haze)


def _respond(rain: Floats, lag_hours: float, width_hours: float) -> Floats:
    """Rain turned into a wave: a gamma-shaped unit hydrograph after a lag."""
    at = np.arange(0, 36, STEP_S / 3600)
    late = np.clip(at - lag_hours, 0, None) / width_hours
    unit = late**1.5 * np.exp(-late)
    return np.convolve(rain, unit / unit.sum() * 10)[: len(rain)]


def temperature(hours: Floats, rain: Floats, warmer: float) -> Floats:
    """Degrees Celsius: warmest at 14:00, cooler while it rains."""
    daily = 28.2 + 3.6 * np.cos(2 * np.pi * (hours % 24 - 14) / 24)
    return daily + warmer - 2.2 * np.clip(rain, 0, 1)


def rush(hours: Floats) -> Floats:
    """Traffic through the day and week, 0-1: two rush hours, quieter weekends."""
    clock, weekday = hours % 24, (hours // 24) % 7
    peaks = np.exp(-(((clock - 7.6) / 1.5) ** 2)) + np.exp(-(((clock - 17.6) / 1.9) ** 2))
    calm = 0.32 * np.exp(-(((clock - 13) / 5.0) ** 2)) + 0.05
    return np.clip((peaks * np.where(weekday < 5, 1, 0.35) + calm) / 1.2, 0, 1)


def dust(weather: Weather, near_road: float) -> Floats:
    """PM2.5 in ug/m3."""
    washed = np.exp(-_recent(weather.rain) / 6)
    return (9 + 14 * near_road * rush(weather.hours)) * washed + HAZE_UGM3 * weather.haze


def _recent(rain: Floats) -> Floats:
    """Rain of the last six hours, mm."""
    return np.convolve(rain, np.ones(36))[: len(rain)]
