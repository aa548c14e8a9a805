package io.millrace.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.millrace.contracts.Environment;
import io.millrace.contracts.Service;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The manifests agree with contracts and with the settings of the services. */
class ManifestsTest {
  private static final List<String> VARIABLES =
      Stream.of(Environment.values()).map(Enum::name).toList();
  private static final Path RUNTIME =
      Repository.ROOT.resolve("runtime/src/main/resources/META-INF/microprofile-config.properties");

  private static Manifests manifests = new Manifests(List.of(), false);

  @BeforeAll
  static void render() throws IOException, InterruptedException {
    manifests = Manifests.read();
  }

  @Test
  void eachServiceIsOneDeployment() {
    assertThat(manifests.of("Deployment"))
        .extracting(d -> d.at("/metadata/name").asText())
        .containsExactlyInAnyOrderElementsOf(Stream.of(Service.values()).map(Service::id).toList());
  }

  @ParameterizedTest
  @EnumSource(Service.class)
  void portsAreThoseOfContracts(Service service) {
    JsonNode port = container(service).at("/ports/0");
    assertThat(port.path("name").asText()).isEqualTo("http");
    assertThat(port.path("containerPort").asInt()).isEqualTo(service.port());
    JsonNode inFront = manifests.named("Service", service.id()).at("/spec/ports/0");
    assertThat(inFront.path("port").asInt()).isEqualTo(service.port());
    assertThat(inFront.path("targetPort").asText()).isEqualTo("http");
  }

  @ParameterizedTest
  @EnumSource(Service.class)
  void probesAskTheHealthPaths(Service service) {
    Map<String, String> probes =
        Map.of(
            "startupProbe", "/q/health/started",
            "livenessProbe", "/q/health/live",
            "readinessProbe", "/q/health/ready");
    probes.forEach((probe, path) -> {
      JsonNode get = container(service).path(probe).path("httpGet");
      assertThat(get.path("path").asText()).as(probe).isEqualTo(path);
      assertThat(get.path("port").asText()).as(probe).isEqualTo("http");
    });
  }

  @ParameterizedTest
  @EnumSource(Service.class)
  void variablesAreThoseThatServicesRead(Service service) {
    List<String> names = new ArrayList<>();
    Manifests.list(container(service).path("env")).forEach(v -> names.add(v.path("name").asText()));
    assertThat(names).contains(Environment.MILLRACE_WAREHOUSE.name()).isSubsetOf(VARIABLES);
    assertThat(container(service).path("env"))
        .as("probes come from outside the pod")
        .anySatisfy(v -> {
          assertThat(v.path("name").asText()).isEqualTo(Environment.MILLRACE_HTTP_HOST.name());
          assertThat(v.path("value").asText()).isEqualTo("0.0.0.0");
        });
  }

  @Test
  void sharedVariablesAreReadByServicesAndHoldNoSecret() {
    assumeTrue(manifests.rendered(), "kubectl renders generated ConfigMaps");
    JsonNode data = manifests.named("ConfigMap", "millrace-environment").path("data");
    List<String> names = new ArrayList<>();
    data.fieldNames().forEachRemaining(names::add);
    assertThat(names)
        .contains(Environment.MILLRACE_KAFKA.name(), Environment.MILLRACE_REGISTRY.name())
        .noneMatch(n -> n.contains("PASSWORD") || n.contains("TOKEN") || n.contains("SECRET"))
        .filteredOn(n -> n.startsWith("MILLRACE_"))
        .isSubsetOf(VARIABLES);
    assertThat(manifests.of("Secret")).isEmpty();
  }

  @Test
  void sourcesHaveOneReader() {
    JsonNode spec = manifests.named("Deployment", Service.INGEST.id()).path("spec");
    assertThat(spec.path("replicas").asInt()).isEqualTo(1);
    assertThat(spec.at("/strategy/type").asText()).isEqualTo("Recreate");
  }

  /** With a minimum, a drain would wait for ever for the one pod that most have. */
  @Test
  void aSinglePodCanBeEvictedAndOfMoreOneAtATime() {
    assertThat(manifests.of("PodDisruptionBudget"))
        .hasSize(Service.values().length - 1)
        .allSatisfy(budget -> {
          JsonNode spec = budget.path("spec");
          assertThat(spec.path("maxUnavailable").asInt()).isEqualTo(1);
          assertThat(spec.path("unhealthyPodEvictionPolicy").asText()).isEqualTo("AlwaysAllow");
          Service service = Service.valueOf(name(budget).toUpperCase(Locale.ROOT));
          assertThat(service).isNotEqualTo(Service.INGEST);
          assertThat(spec.at("/selector/matchLabels"))
              .isEqualTo(
                  manifests.named("Deployment", service.id()).at("/spec/selector/matchLabels"));
        });
  }

  @Test
  void portsThatTakeOrdersAreReachedFromNearAndByPrometheusOnly() {
    JsonNode spec = manifests.named("NetworkPolicy", "millrace").path("spec");
    assertThat(spec.at("/podSelector/matchLabels/app.kubernetes.io~1part-of").asText())
        .as("the label that kustomize gives all pods")
        .isEqualTo("millrace");
    assertThat(spec.path("policyTypes").toString()).isEqualTo("[\"Ingress\"]");
    assertThat(spec.path("ingress")).hasSize(1);
    assertThat(spec.at("/ingress/0/ports").toString()).isEqualTo("[{\"port\":\"http\"}]");
    assertThat(spec.at("/ingress/0/from")).hasSize(2);
  }

  @Test
  void onlyIngestSeesTheSecretsOfSources() {
    for (Service service : Service.values()) {
      assertThat(container(service).path("envFrom").toString().contains("secretRef"))
          .as(service.id())
          .isEqualTo(service == Service.INGEST);
    }
  }

  @Test
  void whoTakesOrdersHasTheirTokenIfThereIsOne() {
    for (Service service : Service.values()) {
      JsonNode from =
          Manifests.list(container(service).path("env")).stream()
              .filter(v -> v.path("name").asText().equals(Environment.MILLRACE_ORDER_TOKEN.name()))
              .findFirst()
              .map(v -> v.at("/valueFrom/secretKeyRef"))
              .orElseGet(MissingNode::getInstance);
      boolean takes = service != Service.INGEST;
      assertThat(from.path("name").asText())
          .as(service.id())
          .isEqualTo(takes ? "millrace-orders" : "");
      assertThat(from.path("optional").asBoolean()).as(service.id()).isEqualTo(takes);
    }
  }

  @ParameterizedTest
  @EnumSource(Service.class)
  void podsHaveNoMoreRightsThanTheyNeed(Service service) {
    JsonNode pod = manifests.named("Deployment", service.id()).at("/spec/template/spec");
    assertThat(pod.path("automountServiceAccountToken").asBoolean(true)).isFalse();
    assertThat(pod.path("enableServiceLinks").asBoolean(true)).isFalse();
    assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
    assertThat(pod.at("/securityContext/seccompProfile/type").asText()).isEqualTo("RuntimeDefault");
    JsonNode rights = container(service).path("securityContext");
    assertThat(rights.path("readOnlyRootFilesystem").asBoolean()).isTrue();
    assertThat(rights.path("allowPrivilegeEscalation").asBoolean(true)).isFalse();
    assertThat(rights.at("/capabilities/drop/0").asText()).isEqualTo("ALL");
    assertThat(container(service).at("/resources/limits/memory").asText()).isNotEmpty();
  }

  @ParameterizedTest
  @EnumSource(Service.class)
  void podsMayTakeAsLongToStopAsServicesDo(Service service) throws IOException {
    Properties runtime = new Properties();
    runtime.load(new StringReader(Repository.read(RUNTIME)));
    String timeout = runtime.getProperty("quarkus.shutdown.timeout", "").replace("s", "");
    assertThat(
            manifests
                .named("Deployment", service.id())
                .at("/spec/template/spec/terminationGracePeriodSeconds")
                .asInt())
        .isGreaterThan(Integer.parseInt(timeout));
  }

  @ParameterizedTest
  @EnumSource(Service.class)
  void mountedWarehouseIsAPartOfTheExample(Service service) {
    assumeTrue(manifests.rendered(), "kubectl renders generated ConfigMaps");
    JsonNode data = manifests.named("ConfigMap", "millrace-warehouse").path("data");
    Path example = Repository.ROOT.resolve("examples/shop");
    Map<String, String> mounted = new TreeMap<>();
    for (JsonNode volume :
        Manifests.list(
            manifests.named("Deployment", service.id()).at("/spec/template/spec/volumes"))) {
      Manifests.list(volume.at("/configMap/items"))
          .forEach(item ->
              mounted.put(
                  item.path("path").asText(), data.path(item.path("key").asText()).asText()));
    }
    assertThat(mounted).hasSize(data.size()).containsKey("warehouse.yml");
    Path folder = Manifests.OVERLAY.resolve("warehouse");
    assertThat(mounted.keySet())
        .containsExactlyInAnyOrderElementsOf(
            Repository.files(folder, n -> true).stream()
                .map(f -> folder.relativize(f).toString())
                .toList());
    mounted.forEach((path, text) ->
        assertThat(text).as(path).isEqualTo(Repository.read(example.resolve(path))));
  }

  @Test
  void imageRunsInEnglishAndHasTheFlagsOfNativeLibraries() {
    assertThat(Repository.read(Repository.ROOT.resolve("deploy/images/Dockerfile")))
        .contains(
            "-Duser.language=en",
            "--enable-native-access=ALL-UNNAMED",
            "--add-opens=java.base/java.nio=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow");
  }

  private static String name(JsonNode manifest) {
    return manifest.at("/metadata/name").asText();
  }

  private static JsonNode container(Service service) {
    return Manifests.container(manifests.named("Deployment", service.id()));
  }
}
