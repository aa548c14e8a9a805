package io.millrace.marts.control;

import static java.util.stream.Collectors.joining;

import io.millrace.contracts.TableName;
import io.millrace.contracts.error.ErrorCode;
import io.millrace.contracts.error.MartsError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.error.WarehouseError;
import io.millrace.marts.refresh.RefreshHistory;
import io.millrace.shard.OperatorOrders;
import io.millrace.shard.ServedTables;
import io.millrace.warehouse.DynamicTable;
import io.millrace.warehouse.Property;
import io.millrace.warehouse.Validation;
import io.millrace.warehouse.problem.Problem;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/dynamic-tables}: what is known of dynamic tables, and orders to them. */
@Path("/api/v1/dynamic-tables")
@Produces(MediaType.APPLICATION_JSON)
public class DynamicTableResource {
  private static final int HISTORY_MAX = 100;

  private final MartsBoard board;
  private final OperatorOrders orders;
  private final ServedTables served;
  private final DraftedStatement drafted;

  DynamicTableResource(
      MartsBoard board, OperatorOrders orders, ServedTables served, DraftedStatement drafted) {
    this.board = board;
    this.orders = orders;
    this.served = served;
    this.drafted = drafted;
  }

  /**
   * An order that was taken.
   *
   * @param table which table
   * @param order suspend, resume, refresh or alter
   * @param cut the cut at which it counts
   */
  public record Ordered(String table, String order, long cut) {}

  /**
   * A refresh, as {@code _refresh_history} has it.
   *
   * @param outcome changed, unchanged, failed, skipped, or what an audit found: right or wrong
   * @param reason why the table was refreshed
   * @param choice why so: a code
   * @param predictedMillis by strategy
   * @param strategyMillis what finding the changes took
   * @param millis what all of it took
   * @param repointed rows whose lookups give another key than before
   */
  public record Refreshed(
      long cut,
      long version,
      Instant startedAt,
      String outcome,
      String strategy,
      String reason,
      String choice,
      Map<String, Double> predictedMillis,
      double strategyMillis,
      long millis,
      long inserted,
      long updated,
      long deleted,
      long repointed,
      @Nullable Instant dataTime,
      @Nullable String error) {

    static Refreshed of(RefreshHistory.Entry e) {
      return new Refreshed(
          e.cut(),
          e.version(),
          e.startedAt(),
          e.result().text(),
          e.outcome().strategy(),
          e.reason(),
          e.outcome().reason(),
          e.outcome().predicted(),
          e.outcome().millis(),
          e.duration().toMillis(),
          e.outcome().changes().inserts(),
          e.outcome().changes().updates(),
          e.outcome().changes().deletes(),
          e.repointed(),
          e.dataTime(),
          e.error());
    }
  }

  @GET
  public List<MartsBoard.Description> all() {
    return board.all();
  }

  @GET
  @Path("/{name}")
  public MartsBoard.Description one(@PathParam("name") String name) {
    return board
        .of(known(name))
        .orElseThrow(() -> new NotFoundException("nothing is known of " + name + " here yet"));
  }

  /** Its newest refreshes since this instance took it; all are in marts._refresh_history. */
  @GET
  @Path("/{name}/history")
  public List<Refreshed> history(
      @PathParam("name") String name, @QueryParam("limit") @DefaultValue("10") int limit) {
    return board.history(known(name), Math.clamp(limit, 1, HISTORY_MAX)).stream()
        .map(Refreshed::of)
        .toList();
  }

  /** Refuses: the folder is where tables are said. */
  @POST
  @Consumes(MediaType.WILDCARD)
  public Ordered create() {
    throw new MillraceException(
        MartsError.MRT_020_CREATE_IS_A_FILE,
        "nothing is created: a table is said by a file of the warehouse folder, which all services"
            + " read when they start. Put the statement there (millrace create DIR -f FILE checks"
            + " it first), then start them anew. POST /api/v1/dynamic-tables/validate says what"
            + " would be wrong with it.");
  }

  /**
   * What would be wrong with the folder, had it a statement.
   *
   * @param problems each as {@code path:line:column: CODE message (hint)}
   * @param unchecked what could not be checked
   * @param notices what means something else than may be thought
   */
  public record Checked(
      boolean valid, List<String> problems, List<String> unchecked, List<String> notices) {}

  /** Checks a statement against the folder as it is now; nothing is written. */
  @POST
  @Path("/validate")
  @Consumes(MediaType.WILDCARD)
  @Blocking
  public RestResponse<Checked> validate(String statement) {
    Validation found = drafted.check(statement);
    boolean valid = found.problems().isEmpty();
    return RestResponse.status(
        valid ? RestResponse.Status.OK : RestResponse.Status.BAD_REQUEST,
        new Checked(
            valid,
            found.problems().stream().map(Problem::toString).toList(),
            found.unchecked(),
            found.notices()));
  }

  @POST
  @Path("/{name}/suspend")
  @Blocking
  public Ordered suspend(@PathParam("name") String name)
      throws ExecutionException, TimeoutException, InterruptedException {
    return order(name, Order.Action.SUSPEND);
  }

  @POST
  @Path("/{name}/resume")
  @Blocking
  public Ordered resume(@PathParam("name") String name)
      throws ExecutionException, TimeoutException, InterruptedException {
    return order(name, Order.Action.RESUME);
  }

  @POST
  @Path("/{name}/refresh")
  @Blocking
  public Ordered refresh(@PathParam("name") String name)
      throws ExecutionException, TimeoutException, InterruptedException {
    return order(name, Order.Action.REFRESH);
  }

  /**
   * Sets properties otherwise than the folder says, until it says something else or they are taken
   * back. What a statement may not say is refused, and nothing is ordered.
   *
   * @param properties their values by name; null: again what the folder says
   */
  @PATCH
  @Path("/{name}")
  @Blocking
  public Ordered alter(@PathParam("name") String name, Map<String, @Nullable String> properties)
      throws ExecutionException, TimeoutException, InterruptedException {
    TableName table = known(name);
    DynamicTable said = (DynamicTable) served.table(table).orElseThrow();
    Order order = new Order(table, settings(said, properties == null ? Map.of() : properties));
    return new Ordered(name, "alter", orders.give(table, order.toJson()));
  }

  private static Map<String, Order.Setting> settings(
      DynamicTable said, Map<String, @Nullable String> properties) {
    Map<String, Order.Setting> settings = new TreeMap<>();
    properties.forEach((name, value) -> {
      Property property = Property.named(name).orElseThrow(() -> unknown(said.name(), name));
      String over = property.of(said);
      String wanted = value == null ? over : property.of(property.set(said, value));
      settings.put(property.name(), new Order.Setting(wanted.equals(over) ? null : wanted, over));
    });
    if (settings.isEmpty()) {
      throw unknown(said.name(), "");
    }
    return settings;
  }

  private static MillraceException unknown(TableName table, String property) {
    return new MillraceException(
        WarehouseError.WH_025_UNKNOWN_CLAUSE,
        "dynamic table %s cannot be altered: there is no property %s to set; legal are %s."
            .formatted(
                table,
                property.isEmpty() ? "said" : property,
                Arrays.stream(Property.values()).map(Enum::name).collect(joining(", "))));
  }

  /**
   * A request that cannot be carried out.
   *
   * @param code the error's stable code
   * @param message what is wrong and what to do
   */
  public record Refused(String code, String message) {}

  /** What is refused for what it says is the caller's to mend. */
  @ServerExceptionMapper
  public RestResponse<Refused> refused(MillraceException e) {
    return RestResponse.status(
        e.errorCode().kind() == ErrorCode.Kind.CONFIG
            ? RestResponse.Status.BAD_REQUEST
            : RestResponse.Status.INTERNAL_SERVER_ERROR,
        new Refused(e.errorCode().code(), e.getMessage()));
  }

  private Ordered order(String name, Order.Action action)
      throws ExecutionException, TimeoutException, InterruptedException {
    TableName table = known(name);
    return new Ordered(
        name,
        action.name().toLowerCase(Locale.ROOT),
        orders.give(table, new Order(table, action).toJson()));
  }

  private TableName known(String name) {
    if (!served.has(name)) {
      throw new NotFoundException("there is no dynamic table " + name);
    }
    return TableName.parse(name);
  }
}
