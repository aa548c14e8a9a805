package io.millrace.demo.github;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/** Writes {@code Link} headers in GitHub's order: prev, next, last, first. */
final class Links {

  private Links() {}

  /** The header's value; empty when there is one page only. */
  static String header(URI path, Query query, Listing.Part part) {
    List<String> links = new ArrayList<>();
    int page = part.page();
    if (page > 1) {
      links.add(link(path, query, Math.min(page - 1, part.pages()), "prev"));
    }
    if (page < part.pages()) {
      links.add(link(path, query, page + 1, "next"));
      links.add(link(path, query, part.pages(), "last"));
    }
    if (page > 1) {
      links.add(link(path, query, 1, "first"));
    }
    return String.join(", ", links);
  }

  private static String link(URI path, Query query, int page, String rel) {
    return "<" + path + "?" + query.forPage(page) + ">; rel=\"" + rel + "\"";
  }
}
