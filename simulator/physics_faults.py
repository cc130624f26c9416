"""What contradicts itself, or would be without effect, in the weather and grid of a storm file."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from simulator.storm import Storm, TrackPoint

Fault = tuple[str, str]
"""The key that is at fault, such as `weather.track[2].hour`, and what is wrong with it."""

ALWAYS = {"hour", "lat", "lon", "radius_km"}
EFFECTIVE = {
    "cyclone": ("pressure_hpa", "rain_mm_h"),
    "rain": ("gust_kmh", "rain_mm_h", "lightning_km2_h"),
    "squall": ("gust_kmh", "rain_mm_h", "lightning_km2_h", "length_km"),
    "ice": ("gust_kmh", "rain_mm_h", "temperature_c"),
}
"""The keys of a track's point that do something, by the kind of weather."""

INSTEAD = {
    ("cyclone", "gust_kmh"): "a cyclone's wind follows from its pressure_hpa",
    ("rain", "pressure_hpa"): "the wind of a rain cell is its gust_kmh",
    ("squall", "pressure_hpa"): "the wind of a squall line is its gust_kmh",
    ("ice", "pressure_hpa"): "the wind of an ice front is its gust_kmh",
}


def physics_faults(storm: Storm) -> Iterator[Fault]:
    """All of them."""
    yield from _track_faults(storm)
    if storm.weather.kind != "calm":
        for number, point in enumerate(storm.weather.track):
            yield from _point_faults(storm.weather.kind, f"weather.track[{number}]", point)
    collapse = storm.grid.collapse
    if collapse and not collapse.hour < collapse.first_back_hour <= collapse.last_back_hour:
        yield "grid.collapse", "hour < first_back_hour <= last_back_hour must hold"
    if collapse and collapse.hour >= storm.hours:
        yield "grid.collapse.hour", f"hour = {collapse.hour:g}: the day has {storm.hours:g} hours"


def _track_faults(storm: Storm) -> Iterator[Fault]:
    kind, hours = storm.weather.kind, [point.hour for point in storm.weather.track]
    if hours != sorted(set(hours)):
        yield "weather.track", "the hours of the track must rise from point to point"
    elif kind == "calm" and hours:
        yield "weather.track", "calm weather has no track: leave it out, or choose another kind"
    elif kind != "calm" and len(hours) < 2:
        article = "an" if kind == "ice" else "a"
        yield "weather.track", f"{article} {kind} needs a track of at least two points"
    elif hours and not (hours[0] < storm.hours and hours[-1] > 0):
        met = f"from hour {hours[0]:g} to {hours[-1]:g} the storm is there, the day has hours 0 to"
        yield "weather.track", f"{met} {storm.hours:g}: they never meet"


def _point_faults(kind: str, at: str, point: TrackPoint) -> Iterator[Fault]:
    usual = {field.name: field.default for field in msgspec.structs.fields(TrackPoint)}
    for key, value in usual.items():
        if key in ALWAYS or key in EFFECTIVE[kind] or getattr(point, key) == value:
            continue
        doing = ", ".join(EFFECTIVE[kind])
        idle = f"{key} does nothing in weather of kind '{kind}' ({doing} do)"
        why = INSTEAD.get((kind, key), idle)
        yield f"{at}.{key}", f"{why}: leave {key} out"
    if kind == "squall" and not point.length_km:
        yield f"{at}.length_km", "a squall line needs its length_km, such as 300"
