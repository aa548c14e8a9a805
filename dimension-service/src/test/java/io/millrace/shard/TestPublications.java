package io.millrace.shard;

import io.millrace.runtime.CutChannel;
import io.millrace.runtime.RuntimeConfig;
import java.lang.reflect.Proxy;

/** The publications of a test: no broker feeds them, their fold is appended to directly. */
public final class TestPublications {

  private TestPublications() {}

  /** A channel without a broker; its {@link PublicationChannel#log()} is empty. */
  @SuppressWarnings("NullAway") // what talks to the broker is never asked
  public static PublicationChannel create(CutChannel cuts, int shards) {
    RuntimeConfig config =
        (RuntimeConfig)
            Proxy.newProxyInstance(
                RuntimeConfig.class.getClassLoader(),
                new Class<?>[] {RuntimeConfig.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("shards")) {
                    return shards;
                  }
                  throw new UnsupportedOperationException(method.getName());
                });
    return new PublicationChannel(config, cuts, null, null);
  }
}
