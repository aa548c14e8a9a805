package io.millrace.runtime;

import io.millrace.warehouse.Warehouse;

/** What a service does once its warehouse is loaded. */
public interface ServiceMain {

  /** Which raw schemas the service can ask for when it loads the warehouse. */
  SchemaSource schemaSource();

  /**
   * Runs until interrupted. Called once, in a thread of its own, with the control topics created.
   *
   * @throws InterruptedException when the service is told to stop
   */
  void run(Warehouse warehouse) throws InterruptedException;

  /** Where a service learns the columns of raw resources. */
  enum SchemaSource {
    /** From the registry only: it waits until ingest has registered them. */
    REGISTRY,
    /** From the registry, else from the live source. */
    REGISTRY_THEN_LIVE
  }
}
