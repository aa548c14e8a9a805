package io.millrace.warehouse;

import io.millrace.contracts.TableName;
import io.millrace.warehouse.sql.Inputs;
import io.millrace.warehouse.sql.Select;
import io.millrace.warehouse.statement.Statement;

/** A statement whose header and SELECT were parsed and whose inputs exist, before it is bound. */
record ParsedTable(Statement statement, Select select, Inputs inputs) {

  TableName name() {
    return statement.header().table();
  }
}
