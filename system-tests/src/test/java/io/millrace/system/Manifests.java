package io.millrace.system;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The objects of the dev overlay, as kubectl renders them; without kubectl, those of the base.
 *
 * @param objects all of them
 * @param rendered whether kubectl rendered them
 */
record Manifests(List<JsonNode> objects, boolean rendered) {
  static final Path OVERLAY = Repository.ROOT.resolve("deploy/kubernetes/overlays/dev");

  private static final Path BASE = Repository.ROOT.resolve("deploy/kubernetes/base");
  private static final YAMLMapper YAML = new YAMLMapper();

  static Manifests read() throws IOException, InterruptedException {
    List<JsonNode> objects = new ArrayList<>();
    Optional<Path> kubectl = kubectl();
    if (kubectl.isPresent()) {
      objects.addAll(documents(render(kubectl.get())));
    } else {
      for (Path file : Repository.files(BASE, n -> !n.equals("kustomization.yml"))) {
        objects.addAll(documents(Repository.read(file)));
      }
    }
    return new Manifests(objects, kubectl.isPresent());
  }

  private static Optional<Path> kubectl() {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(":", -1))
        .map(folder -> Path.of(folder, "kubectl"))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static String render(Path kubectl) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(kubectl.toString(), "kustomize", OVERLAY.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String rendered = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new AssertionError("kubectl kustomize " + OVERLAY + " failed, see its words above");
    }
    return rendered;
  }

  private static List<JsonNode> documents(String text) {
    try (var documents = YAML.readerFor(JsonNode.class).<JsonNode>readValues(text)) {
      return documents.readAll();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<JsonNode> list(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).toList();
  }

  List<JsonNode> of(String kind) {
    return objects.stream().filter(o -> o.path("kind").asText().equals(kind)).toList();
  }

  /** The object of that kind and name; generated ones have a hash behind their name. */
  JsonNode named(String kind, String name) {
    return of(kind).stream()
        .filter(o -> o.at("/metadata/name").asText().matches(name + "(-[a-z0-9]{10})?"))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + kind + " " + name));
  }

  /** The one container of a deployment. */
  static JsonNode container(JsonNode deployment) {
    return deployment.at("/spec/template/spec/containers/0");
  }
}
