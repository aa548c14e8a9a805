package io.millrace.ingest.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.millrace.contracts.error.IngestError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.DataType;
import io.millrace.warehouse.source.ApiSource.ApiResource;
import io.millrace.warehouse.source.ApiSource.Cursor;
import io.millrace.warehouse.source.ApiSource.Order;
import io.millrace.warehouse.source.ApiSource.Write;
import java.net.URI;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The pages of one scope in one run. Rows below the cursor's lower bound are passed over, rows
 * without a cursor value never.
 *
 * <p>Items move while they are paged. In descending order an item that changes moves to the front,
 * where the next run finds it at or above the greatest value seen, and shifts the others towards
 * the end, where they come twice. So paging may stop at the first page that lies wholly below the
 * bound. But an item that is deleted meanwhile, and in any other order one that changes, pulls an
 * item that was not read yet over the edge of a page told by number or offset: this run passes it
 * over. The next one finds it if the cursor's {@code lag} reaches back to it; without a lag it is
 * missing until it changes again.
 */
final class ScopeRun {

  /** More pages are no collection but a server that never ends. */
  private static final int PAGES_MAX = 100_000;

  private final ApiResource resource;
  private final Scope scope;
  private final RowReader reader;
  private final @Nullable Cursor cursor;
  private final int cursorPlace;
  private final DataType cursorType;
  private final @Nullable CursorValue bound;
  private final String askFrom;
  private @Nullable CursorValue greatest;
  private final Set<URI> asked = new HashSet<>();
  private int page;

  /**
   * A run over a scope.
   *
   * @param reached greatest value seen by earlier runs; empty if none
   */
  ScopeRun(ApiResource resource, Scope scope, RowReader reader, String reached) {
    this.resource = resource;
    this.scope = scope;
    this.reader = reader;
    // A replacing run needs every row, so it has no use for a bound.
    this.cursor = resource.write() == Write.REPLACE ? null : resource.cursor().orElse(null);
    this.cursorPlace = cursor == null ? -1 : reader.placeOf(cursor.column());
    this.cursorType =
        cursor == null
            ? DataType.Simple.VARCHAR
            : reader.schema().columns().get(cursorPlace).type();
    if (cursor == null) {
      this.bound = null;
      this.askFrom = "";
    } else if (reached.isEmpty()) {
      this.bound = cursor.initial().isEmpty() ? null : parse(cursor.initial());
      this.askFrom = cursor.initial();
    } else {
      this.greatest = parse(reached);
      this.bound = greatest.minus(cursor.lag());
      if (!cursor.lag().isZero() && bound.equals(greatest)) {
        throw ApiProblem.of(
            IngestError.ING_040_API_DECLARATION_INVALID,
            "resource %s: cursor.lag cannot be taken from values of column %s, which are not"
                + " timestamps in ISO form. Remove the lag, or take another column.",
            resource.name(),
            cursor.column());
      }
      this.askFrom = bound.text();
    }
  }

  Scope scope() {
    return scope;
  }

  /** For messages and positions. */
  String where() {
    return scope.text() + " page " + page;
  }

  /** The lower bound as a query parameter. */
  Optional<String> askFrom() {
    return askFrom.isEmpty() ? Optional.empty() : Optional.of(askFrom);
  }

  /** The greatest cursor value seen so far; empty if none. */
  String reached() {
    return greatest == null ? "" : greatest.text();
  }

  boolean isFirstPage() {
    return page == 1;
  }

  /** The page that is asked for, from 1. */
  int page() {
    return page;
  }

  /**
   * Counts a page that is about to be asked for.
   *
   * @throws MillraceException ING-036 when it was asked for before in this run
   */
  void ask(URI address) {
    page++;
    if (!asked.add(address) || page > PAGES_MAX) {
      throw ApiProblem.of(
          IngestError.ING_036_API_PAGES_ENDLESS,
          "resource %s, %s: the next link of page %d leads to a page that was read before, or there"
              + " is no end of pages. This is a defect of the API; set pagination to none if one"
              + " page is enough.",
          resource.name(),
          address.getRawPath(),
          page - 1);
    }
  }

  /** The rows of a page that are not below the bound; raises the greatest value seen. */
  List<Row> take(ArrayNode records) {
    List<Row> rows = new ArrayList<>();
    for (Row row : reader.rows(records, "page " + page)) {
      CursorValue value =
          cursor == null ? null : CursorValue.ofRow(row.values()[cursorPlace], cursorType);
      if (value != null && bound != null && value.compareTo(bound) < 0) {
        continue;
      }
      rows.add(row);
      if (value != null && (greatest == null || value.compareTo(greatest) > 0)) {
        greatest = value;
      }
    }
    return rows;
  }

  /** Whether pages after one with these rows may hold anything new. */
  boolean mayGoOn(ArrayNode records, List<Row> rows) {
    return !isDescending() || bound == null || records.isEmpty() || !rows.isEmpty();
  }

  /** Whether an unchanged first page of so many pages proves that all of them are unchanged. */
  boolean isProvenByFirstPage(boolean last) {
    return resource.write() == Write.MERGE && (last || isDescending());
  }

  private boolean isDescending() {
    return cursor != null && cursor.order().equals(Optional.of(Order.DESC));
  }

  private CursorValue parse(String text) {
    try {
      return CursorValue.parse(text, cursorType);
    } catch (DateTimeException | NumberFormatException e) {
      throw ApiProblem.because(
          e,
          IngestError.ING_040_API_DECLARATION_INVALID,
          "resource %s: the cursor's value %s is not a %s, the type of its column. Correct"
              + " cursor.initial or the column's type.",
          resource.name(),
          text,
          cursorType.sql());
    }
  }
}
