package io.millrace.warehouse.source;

import java.util.List;
import java.util.Map;

/**
 * A database whose row changes are captured from its log.
 *
 * @param name the file's name without its ending
 * @param engine the database product
 * @param host of the database server
 * @param port of the database server
 * @param database its name there
 * @param user who may replicate and read the tables
 * @param password that user's, by reference
 * @param slot name of the replication slot, which belongs to this source alone
 * @param publication name of the publication
 * @param tables what is captured
 * @param debezium properties handed to Debezium unchanged
 */
public record CdcSource(
    String name,
    Engine engine,
    String host,
    int port,
    String database,
    String user,
    Secret password,
    String slot,
    String publication,
    List<CdcTable> tables,
    Map<String, String> debezium)
    implements Source {

  public CdcSource {
    tables = List.copyOf(tables);
    debezium = Map.copyOf(debezium);
  }

  /** The database products that can be captured. */
  public enum Engine {
    POSTGRES
  }

  /**
   * A captured table.
   *
   * @param resource its name as a raw resource
   * @param schema its schema in the database
   * @param table its name in the database
   */
  public record CdcTable(String resource, String schema, String table) {}

  @Override
  public List<String> resourceNames() {
    return tables.stream().map(CdcTable::resource).toList();
  }
}
