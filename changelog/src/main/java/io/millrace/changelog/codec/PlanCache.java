package io.millrace.changelog.codec;

import io.millrace.contracts.error.ErrorCode;
import io.millrace.contracts.error.MillraceException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The compiled plan of each schema id. A schema whose records are to be set aside is remembered as
 * such for one load, so that a registry which learns it later is asked again.
 */
final class PlanCache<P> {
  private final IntFunction<Schema> schemas;
  private final Function<Schema, P> compile;
  private final Map<Integer, P> plans = new HashMap<>();
  private final Map<Integer, BadRecord> refused = new HashMap<>();
  private int latestId;
  private @Nullable P latest;

  PlanCache(IntFunction<Schema> schemas, Function<Schema, P> compile) {
    this.schemas = schemas;
    this.compile = compile;
  }

  void beginLoad() {
    refused.clear();
  }

  /**
   * The plan of this schema id.
   *
   * @throws MillraceException as the registry and the compiler do, unless its response is to set
   *     the record aside
   */
  P of(int id) throws BadRecord {
    P plan = latest;
    if (plan == null || id != latestId) {
      plan = find(id);
      latest = plan;
      latestId = id;
    }
    return plan;
  }

  private P find(int id) throws BadRecord {
    P known = plans.get(id);
    if (known != null) {
      return known;
    }
    BadRecord before = refused.get(id);
    if (before != null) {
      throw before;
    }
    try {
      P plan = compile.apply(schemas.apply(id));
      plans.put(id, plan);
      return plan;
    } catch (MillraceException e) {
      if (e.errorCode().response() != ErrorCode.Response.DEAD_LETTER) {
        throw e;
      }
      BadRecord aside = new BadRecord(e.errorCode(), String.valueOf(e.getMessage()));
      refused.put(id, aside);
      throw aside;
    }
  }
}
