package io.millrace.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.Service;
import io.millrace.contracts.Topics;
import java.io.IOException;
import java.io.StringReader;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Properties of services that stand in files agree with contracts. */
class ChannelsTest {
  private static final String SHARED = "src/main/resources/META-INF/microprofile-config.properties";
  private static final Topics NAMES = new Topics("${millrace.topic-prefix}");

  @Test
  void controlChannelsUseTheTopicsOfContracts() throws IOException {
    Properties runtime = properties("runtime/" + SHARED);
    Properties shard = properties("shard/" + SHARED);
    assertThat(runtime)
        .containsEntry("mp.messaging.incoming.cuts.topic", NAMES.cuts())
        .containsEntry("mp.messaging.outgoing.cut.topic", NAMES.cuts());
    assertThat(shard)
        .containsEntry("mp.messaging.incoming.published.topic", NAMES.published())
        .containsEntry("mp.messaging.outgoing.statement.topic", NAMES.published())
        .containsEntry("mp.messaging.incoming.placement.topic", NAMES.published());
  }

  @ParameterizedTest
  @EnumSource(Service.class)
  void namesOfAServiceFollowFromItsId(Service service) throws IOException {
    Properties shard = properties("shard/" + SHARED);
    assertThat(resolved(shard, "mp.messaging.outgoing.dead-letter.topic", service))
        .isEqualTo(NAMES.deadLetters(service));
    assertThat(resolved(shard, "mp.messaging.incoming.placement.group.id", service))
        .isEqualTo(NAMES.group(service));
  }

  @ParameterizedTest
  @EnumSource(Service.class)
  void serviceListensOnItsPort(Service service) throws IOException {
    assertThat(properties(service.id() + "-service/src/main/resources/application.properties"))
        .containsEntry("millrace.service", service.id())
        .containsEntry("millrace.http-port", String.valueOf(service.port()));
  }

  private static String resolved(Properties properties, String key, Service service) {
    return properties.getProperty(key, "").replace("${millrace.service}", service.id());
  }

  private static Properties properties(String file) throws IOException {
    Properties properties = new Properties();
    properties.load(new StringReader(Repository.read(Repository.ROOT.resolve(file))));
    return properties;
  }
}
