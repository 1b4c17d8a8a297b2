"""Names that the GTFS Schedule Reference gives: files that are read, other files, columns."""

from __future__ import annotations

READ = (
    *("agency", "stops", "routes", "trips", "stop_times", "calendar", "calendar_dates"),
    *("frequencies", "shapes", "fare_attributes", "fare_rules"),
)
"""Files that are read."""
KNOWN = (
    *("feed_info", "transfers", "pathways", "levels", "translations", "attributions", "timeframes"),
    *("fare_media", "fare_products", "fare_leg_rules", "fare_leg_join_rules", "fare_transfer_rules"),
    *("rider_categories", "areas", "stop_areas", "networks", "route_networks", "location_groups"),
    *("location_group_stops", "booking_rules"),
)
"""Files of GTFS that are not read yet."""
_COLUMNS = """
agency_id agency_name agency_url agency_timezone agency_lang agency_phone agency_fare_url
agency_email cemv_support stop_id stop_code stop_name tts_stop_name stop_desc stop_lat stop_lon
zone_id stop_url location_type parent_station stop_timezone wheelchair_boarding level_id
platform_code stop_access route_id route_short_name route_long_name route_desc route_type route_url
route_color route_text_color route_sort_order continuous_pickup continuous_drop_off network_id
trip_id service_id trip_headsign trip_short_name direction_id block_id shape_id
wheelchair_accessible bikes_allowed cars_allowed arrival_time departure_time location_group_id
location_id stop_sequence stop_headsign start_pickup_drop_off_window end_pickup_drop_off_window
pickup_type drop_off_type shape_dist_traveled timepoint pickup_booking_rule_id
drop_off_booking_rule_id monday tuesday wednesday thursday friday saturday sunday start_date
end_date date exception_type fare_id price currency_type payment_method transfers transfer_duration
origin_id destination_id contains_id shape_pt_lat shape_pt_lon shape_pt_sequence start_time end_time
headway_secs exact_times
"""
COLUMNS = frozenset(_COLUMNS.split())
"""Every column of the files that are read."""
