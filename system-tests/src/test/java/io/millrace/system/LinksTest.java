package io.millrace.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Links of the pages lead to files that are there. */
class LinksTest {
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#\\s]+)(#[^)]*)?\\)");

  @Test
  void relativeLinksResolve() {
    List<String> broken = new ArrayList<>();
    for (Path page : Repository.files(Repository.ROOT, n -> n.endsWith(".md"))) {
      links(page).stream()
          .filter(link -> !Files.exists(page.resolveSibling(link).normalize()))
          .forEach(link -> broken.add(Repository.ROOT.relativize(page) + ": " + link));
    }
    assertThat(broken).isEmpty();
  }

  @Test
  void oneRowLeadsThroughTheCode() {
    assertThat(links(Repository.ROOT.resolve("docs/ONE_ROW.md")))
        .as("links of docs/ONE_ROW.md to Java files")
        .filteredOn(link -> link.endsWith(".java"))
        .hasSizeGreaterThan(20);
  }

  private static List<String> links(Path page) {
    return LINK.matcher(Repository.read(page))
        .results()
        .map((MatchResult m) -> m.group(1))
        .filter(link -> !link.contains("://") && !link.startsWith("mailto:"))
        .toList();
  }
}
