package io.millrace.dimension;

import io.millrace.lake.Sql;
import io.millrace.shard.FollowedTable.Position;
import io.millrace.shard.Shard;
import io.millrace.shard.WrittenTable;
import io.millrace.warehouse.Dimension;
import io.millrace.warehouse.Dimension.KeyInput;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The keys that facts bring, of which the dimension makes members when it has none. */
final class Inferring {
  private static final String FOUND = "dimension_found";

  private final Dimension dimension;
  private final Floors floors;
  private final Erasures erasures;
  private final Map<KeyInput, Followed> inputs = new LinkedHashMap<>();

  Inferring(Shard shard, Dimension dimension, WrittenTable table, Erasures erasures) {
    this.dimension = dimension;
    this.erasures = erasures;
    this.floors = new Floors(shard.duck(), dimension);
    dimension
        .keyInputs()
        .forEach(input -> inputs.put(input, new Followed(shard, dimension, input.table(), table)));
  }

  /** The tables that hold the keys; one stands there as often as it has such keys. */
  List<Followed> inputs() {
    return List.copyOf(inputs.values());
  }

  /** Nothing is inferred in the next step. */
  void clear() {
    floors.clear();
  }

  /**
   * Takes the keys of the versions of a cut, after the dimension's own input; and of those that
   * lost all rows there each that facts hold.
   *
   * @param existing relation of the dimension's rows before
   * @return whether they were there to be read, see {@link Followed#read}
   */
  boolean take(long cut, String existing) {
    for (Map.Entry<KeyInput, Followed> entry : inputs.entrySet()) {
      Followed input = entry.getValue();
      Optional<InputVersion> version = input.at(cut);
      if (version.isPresent()) {
        if (!input.read(version.get(), v -> input.history().load(v, FOUND))) {
          return false;
        }
        infer(keys(entry.getKey(), FOUND + " WHERE _weight > 0"), floors.after(existing), cut);
      }
    }
    if (!inputs.isEmpty() && floors.loses(existing)) {
      inputs.forEach((keys, input) -> {
        String held = keys(keys, input.rowsAt(cut));
        infer(held + " INTERSECT " + floors.lost(existing), floors.after(existing), cut);
      });
    }
    return true;
  }

  /** Whether {@link #take} found keys of which the dimension makes members. */
  boolean found() {
    return !inputs.isEmpty() && floors.any();
  }

  private void infer(String found, String rows, long cut) {
    floors.infer(found, rows, erasures.upTo(cut));
  }

  /** The dimension contains the versions of a cut. */
  void took(long cut) {
    inputs.values().forEach(input -> input.at(cut).ifPresent(input::took));
  }

  /**
   * Gives a dimension that was computed anew the floors that it had, and those of all keys that
   * facts have at a cut.
   *
   * @param stored relation of the rows before, if they have floors
   * @param computed relation of the rows that were computed
   * @return what it then contains of {@link #inputs}
   */
  List<Position> all(long cut, Optional<String> stored, String computed) {
    clear();
    stored.ifPresent(floors::carry);
    List<Position> contained = new ArrayList<>();
    inputs.forEach((keys, input) -> {
      Position position =
          input
              .newestAt(cut)
              .map(v -> new Position(v.tableId(), v.version()))
              .orElse(Position.NONE);
      infer(keys(keys, input.history().rowsAt(position)), computed, cut);
      contained.add(position);
    });
    return contained;
  }

  private String keys(KeyInput input, String rows) {
    return IntStream.range(0, dimension.keys().size())
        .mapToObj(
            i -> Sql.name(input.columns().get(i)) + " AS " + Sql.name(dimension.keys().get(i)))
        .collect(Collectors.joining(", ", "SELECT ", " FROM " + rows));
  }
}
