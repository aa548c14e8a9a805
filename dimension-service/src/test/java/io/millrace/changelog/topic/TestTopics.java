package io.millrace.changelog.topic;

import java.lang.reflect.Proxy;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsResult;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/** The topics of a test: no broker has them, yet all are there and empty. */
public final class TestTopics {
  private static final Uuid ID = new Uuid(1, 1);

  private TestTopics() {}

  /** Topics without a broker. */
  public static WarehouseTopics create() {
    Admin admin =
        (Admin)
            Proxy.newProxyInstance(
                Admin.class.getClassLoader(),
                new Class<?>[] {Admin.class},
                (proxy, method, arguments) ->
                    switch (method.getName()) {
                      case "describeTopics" -> new Described((Collection<?>) arguments[0]);
                      case "listOffsets" ->
                          new ListOffsetsResult(
                              ((Map<?, ?>) arguments[0])
                                  .keySet().stream()
                                      .map(TopicPartition.class::cast)
                                      .collect(
                                          Collectors.toMap(
                                              Function.identity(),
                                              p ->
                                                  KafkaFuture.completedFuture(
                                                      new ListOffsetsResultInfo(
                                                          0, -1, java.util.Optional.empty())))));
                      default -> throw new UnsupportedOperationException(method.getName());
                    });
    return new WarehouseTopics(admin, "none");
  }

  private static final class Described extends DescribeTopicsResult {
    Described(Collection<?> names) {
      super(
          null,
          names.stream()
              .map(String.class::cast)
              .collect(
                  Collectors.toMap(
                      Function.identity(),
                      name ->
                          KafkaFuture.completedFuture(
                              new TopicDescription(name, false, List.of(), Set.of(), ID)))));
    }
  }
}
