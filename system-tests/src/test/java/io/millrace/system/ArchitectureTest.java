package io.millrace.system;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The rules of docs/ARCHITECTURE.md, over the compiled classes of all modules. */
class ArchitectureTest {
  /** What each part of the code may use of the others; its package, then theirs. */
  private static final Map<String, Set<String>> USES =
      Map.of(
          "contracts", Set.of(),
          "warehouse", Set.of("contracts"),
          "lake", Set.of("contracts"),
          "changelog", Set.of("contracts", "lake"),
          "runtime", Set.of("contracts", "warehouse", "lake", "changelog"),
          "shard", Set.of("contracts", "warehouse", "lake", "changelog", "runtime"),
          "ingest", Set.of("contracts", "warehouse", "changelog", "runtime"),
          "staging", Set.of("contracts", "warehouse", "lake", "changelog", "runtime", "shard"),
          "dimension", Set.of("contracts", "warehouse", "lake", "changelog", "runtime", "shard"),
          "marts", Set.of("contracts", "warehouse", "lake", "changelog", "runtime", "shard"));

  private static final List<String> SERVICES = List.of("ingest", "staging", "dimension", "marts");
  private static final int LINES_MAX = 500;

  private static JavaClasses millrace = new ClassFileImporter().importPaths(List.of());

  @BeforeAll
  static void importAllModules() {
    List<Path> compiled =
        Repository.modules().stream().map(m -> m.resolve("target/classes")).toList();
    assertThat(compiled).as("modules are compiled first").allMatch(Files::isDirectory);
    millrace = new ClassFileImporter().importPaths(compiled);
    USES.keySet()
        .forEach(part -> assertThat(millrace.containPackage("io.millrace." + part)).isTrue());
  }

  @Test
  void partsUseOnlyThePartsBelowThem() {
    USES.forEach((part, allowed) -> {
      Set<String> forbidden = new TreeSet<>(USES.keySet());
      forbidden.removeAll(allowed);
      forbidden.remove(part);
      noClasses()
          .that()
          .resideInAPackage(in(part))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(forbidden.stream().map(ArchitectureTest::in).toArray(String[]::new))
          .check(millrace);
    });
  }

  @Test
  void nothingButAServiceItselfUsesAService() {
    SERVICES.forEach(service ->
        noClasses()
            .that()
            .resideOutsideOfPackage(in(service))
            .should()
            .dependOnClassesThat()
            .resideInAPackage(in(service))
            .check(millrace));
  }

  @Test
  void contractsNeedOnlyTheJdkAndAvro() {
    classes()
        .that()
        .resideInAPackage(in("contracts"))
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage("java..", "org.apache.avro..", "org.jspecify..", in("contracts"))
        .check(millrace);
  }

  @Test
  void deltaIsKnownToTheLakeOnly() {
    noClasses()
        .that()
        .resideOutsideOfPackage(in("lake"))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.delta..")
        .check(millrace);
  }

  @Test
  void debeziumIsKnownToTheCdcReaderOnly() {
    noClasses()
        .that()
        .resideOutsideOfPackage(in("ingest.cdc"))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.debezium..")
        .check(millrace);
  }

  @Test
  void classesAreNamedAfterTheDomain() {
    noClasses()
        .that()
        .resideInAPackage("io.millrace..")
        .should()
        .haveNameMatching(".*[.$](Abstract\\w*|\\w*(Util|Utils|Helper|Manager|Impl))")
        .check(millrace);
  }

  @Test
  void nothingIsInjectedIntoFields() {
    noFields()
        .should()
        .beAnnotatedWith("jakarta.inject.Inject")
        .orShould()
        .beAnnotatedWith("org.eclipse.microprofile.reactive.messaging.Channel")
        .orShould()
        .beAnnotatedWith("org.eclipse.microprofile.config.inject.ConfigProperty")
        .check(millrace);
  }

  @Test
  void sourceFilesStayReadable() {
    for (Path module : Repository.modules()) {
      for (Path file : Repository.files(module.resolve("src/main"), n -> n.endsWith(".java"))) {
        assertThat(Repository.read(file).lines().count())
            .as("lines of " + Repository.ROOT.relativize(file))
            .isLessThanOrEqualTo(LINES_MAX);
      }
    }
  }

  private static String in(String part) {
    return "io.millrace." + part + "..";
  }
}
