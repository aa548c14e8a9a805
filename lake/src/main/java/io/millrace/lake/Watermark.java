package io.millrace.lake;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * What a table's version shows: stored in every commit, atomically with its rows, as the domain
 * {@value #DOMAIN}.
 *
 * @param cut the cut shown, -1 before the first
 * @param inputs position contained of every input: of a table its version, of a topic an offset
 * @param topicIds id of each topic that the inputs were read from, by its name
 * @param tableIds id of each table that the inputs were read from, by its name
 * @param schemaId id of the schema of the table's changelog, 0 for none
 * @param withheld rows kept back by quarantine
 * @param definition hash of the statement that defines the table
 * @param commit random id of the commit, given by the lake
 */
public record Watermark(
    long cut,
    Map<String, Long> inputs,
    Map<String, String> topicIds,
    Map<String, String> tableIds,
    int schemaId,
    long withheld,
    String definition,
    String commit) {

  /** Name of the domain. */
  public static final String DOMAIN = "millrace.watermark";

  private static final ObjectMapper JSON =
      new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  public Watermark {
    inputs = Map.copyOf(inputs);
    topicIds = Map.copyOf(topicIds);
    tableIds = Map.copyOf(tableIds);
  }

  /** A watermark at a cut, without inputs. */
  public static Watermark at(long cut, String definition) {
    return new Watermark(cut, Map.of(), Map.of(), Map.of(), 0, 0, definition, "");
  }

  /** The same watermark under a new random commit id. */
  Watermark stamped() {
    return new Watermark(
        cut,
        inputs,
        topicIds,
        tableIds,
        schemaId,
        withheld,
        definition,
        UUID.randomUUID().toString());
  }

  /** Its stored text, with the version that the commit makes. */
  String toJson(long version) {
    ObjectNode node = JSON.createObjectNode();
    node.put("version", version);
    node.put("cut", cut);
    node.set("inputs", JSON.valueToTree(new TreeMap<>(inputs)));
    node.set("topicIds", JSON.valueToTree(new TreeMap<>(topicIds)));
    node.set("tableIds", JSON.valueToTree(new TreeMap<>(tableIds)));
    node.put("schemaId", schemaId);
    node.put("withheld", withheld);
    node.put("definition", definition);
    node.put("commit", commit);
    return node.toString();
  }

  /** Reads what {@link #toJson} wrote. */
  static Stored parse(String json) {
    try {
      return new Stored(
          JSON.readTree(json).path("version").asLong(), JSON.readValue(json, Watermark.class));
    } catch (JsonProcessingException e) {
      throw new MillraceException(
          LakeError.LK_014_NOT_OURS,
          "the domain " + DOMAIN + " of a table cannot be read. Was it written by something else?",
          e);
    }
  }

  /**
   * A watermark as stored.
   *
   * @param version the version whose commit wrote it
   */
  record Stored(long version, Watermark watermark) {}
}
