package io.millrace.warehouse.source;

import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.RowSchema;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A REST API that is read in sync runs, each of which is one cut.
 *
 * @param name the file's name without its ending
 * @param baseUrl what paths are appended to
 * @param auth how a request proves who asks
 * @param headers sent with every request
 * @param interval from the start of one sync run to the start of the next
 * @param timeout of one request
 * @param attempts how often one request is tried before the run fails
 * @param allowHosts hosts beside that of baseUrl which redirects and next links may name
 * @param maxBodyBytes larger answers are refused
 * @param resources what is read, parents before children
 */
public record ApiSource(
    String name,
    URI baseUrl,
    Auth auth,
    Map<String, String> headers,
    Duration interval,
    Duration timeout,
    int attempts,
    List<String> allowHosts,
    long maxBodyBytes,
    List<ApiResource> resources)
    implements Source {

  public ApiSource {
    headers = Map.copyOf(headers);
    allowHosts = List.copyOf(allowHosts);
    resources = List.copyOf(resources);
  }

  @Override
  public List<String> resourceNames() {
    return resources.stream().map(ApiResource::name).toList();
  }

  /** How a request proves who asks. */
  public sealed interface Auth {
    /** No proof. */
    record None() implements Auth {}

    /**
     * {@code Authorization: Bearer <token>}; no header while the referenced variable is unset or
     * empty.
     */
    record Bearer(Secret token) implements Auth {}
  }

  /**
   * One collection of the API.
   *
   * @param name the raw resource
   * @param path below baseUrl, with {@code {parameter}} places
   * @param parameters values of path places that are fixed
   * @param parent where the other path places come from
   * @param query fixed query parameters
   * @param records JSON pointer to the array of records in a page; empty for the page itself
   * @param fields the columns and where each comes from, in order
   * @param key column names of the primary key
   * @param cursor how a later run asks for changes only
   * @param pagination how the next page is found
   * @param write what a run means for rows it does not hold
   */
  public record ApiResource(
      String name,
      String path,
      Map<String, String> parameters,
      Optional<Parent> parent,
      Map<String, String> query,
      String records,
      List<Field> fields,
      List<String> key,
      Optional<Cursor> cursor,
      Pagination pagination,
      Write write) {

    public ApiResource {
      parameters = Map.copyOf(parameters);
      query = Map.copyOf(query);
      fields = List.copyOf(fields);
      key = List.copyOf(key);
    }

    /** The declared columns and key. */
    public RowSchema schema() {
      return new RowSchema(fields.stream().map(Field::column).toList(), key);
    }
  }

  /**
   * A column of a record.
   *
   * @param column name and type
   * @param pointer JSON pointer into the record, such as {@code /owner/login}
   * @param present whether the column is TRUE or FALSE as the pointed-to value is there or not
   */
  public record Field(Column column, String pointer, boolean present) {}

  /**
   * One request a parent record.
   *
   * @param resource name of the parent resource
   * @param parameters path place -> column of the parent
   */
  public record Parent(String resource, Map<String, String> parameters) {
    public Parent {
      parameters = Map.copyOf(parameters);
    }
  }

  /**
   * The incremental cursor: a later run asks from the greatest value seen, minus the overlap.
   *
   * @param column whose greatest value is kept
   * @param initial the first run's value
   * @param parameter query parameter that carries the value, if the API has one
   * @param lag overlap re-read by each run
   * @param order the order in which the API returns records by this column, if declared: descending
   *     lets a run stop early
   */
  public record Cursor(
      String column,
      String initial,
      Optional<String> parameter,
      Duration lag,
      Optional<Order> order) {}

  /** Order of records by the cursor. */
  public enum Order {
    ASC,
    DESC
  }

  /** How the next page is found. */
  public enum Pagination {
    /** One page only. */
    NONE,
    /** RFC 8288 {@code Link: <...>; rel="next"}. */
    LINK_HEADER
  }

  /** What a run means for the rows it does not hold. */
  public enum Write {
    /** They stay. */
    MERGE,
    /** They are gone: each run begins with a truncate. */
    REPLACE
  }
}
