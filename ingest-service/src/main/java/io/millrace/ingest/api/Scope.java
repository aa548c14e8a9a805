package io.millrace.ingest.api;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One collection that is paged by itself: a resource for one parent record, or all of a resource
 * without a parent.
 *
 * @param resource its name
 * @param places values of the path places that come from the parent; empty without one
 */
record Scope(String resource, SortedMap<String, String> places) {

  Scope {
    places = new TreeMap<>(places);
  }

  static Scope of(String resource, Map<String, String> places) {
    return new Scope(resource, new TreeMap<>(places));
  }

  /** For people: {@code issues repo=millrace}. */
  String text() {
    StringBuilder text = new StringBuilder(resource);
    places.forEach((place, value) -> text.append(' ').append(place).append('=').append(value));
    return text.toString();
  }
}
