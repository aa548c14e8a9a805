package io.millrace.ingest.api;

import io.millrace.contracts.error.IngestError;
import io.millrace.ingest.SourceEvent;
import io.millrace.warehouse.source.ApiSource;
import io.millrace.warehouse.source.ApiSource.ApiResource;
import io.millrace.warehouse.source.ApiSource.Parent;
import io.millrace.warehouse.source.ApiSource.Write;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One sync run: every resource, parents before children, every known scope of it, page by page.
 * {@link #next} says what to ask for, {@link #take} makes events of the answer. What the run has
 * learned counts only when it is over.
 */
final class SyncRun {

  private final ApiSource source;
  private final ApiPosition from;
  private final Instant startedAt;
  private final ReaderMemory memory;
  private final Queue<SourceEvent> out;
  private final Deque<ApiResource> resources;
  private final Map<String, Map<Scope, String>> reached = new LinkedHashMap<>();
  private final Map<String, Set<Scope>> found = new HashMap<>();
  private @Nullable ApiResource resource;
  private @Nullable ScopeRun scopeRun;
  private @Nullable URI nextPage;
  private final Deque<Scope> scopes = new ArrayDeque<>();
  private int present;
  private int absentStatus;
  private long rows;

  /**
   * A run.
   *
   * @param from what earlier runs have brought
   * @param out takes the events
   */
  SyncRun(
      ApiSource source,
      ApiPosition from,
      Instant startedAt,
      ReaderMemory memory,
      Queue<SourceEvent> out) {
    this.source = source;
    this.from = from;
    this.startedAt = startedAt;
    this.memory = memory;
    this.out = out;
    this.resources = new ArrayDeque<>(source.resources());
  }

  /** Records emitted so far. */
  long rows() {
    return rows;
  }

  /** The next page to ask for, or null when the run is over. */
  @Nullable PageRequest next() {
    while (true) {
      if (resource == null) {
        if (resources.isEmpty()) {
          return null;
        }
        resource = resources.removeFirst();
        begin(resource);
      }
      if (nextPage == null) {
        Scope scope = scopes.pollFirst();
        if (scope == null) {
          end(resource);
          resource = null;
          continue;
        }
        scopeRun = new ScopeRun(resource, scope, memory.reader(resource), reachedBefore(scope));
        nextPage = RequestUrl.first(source, resource, scope, scopeRun.askFrom());
      }
      return request(resource, current(), nextPage);
    }
  }

  /** What the next run can go on from; only when {@link #next} has said null. */
  ApiPosition reached() {
    return new ApiPosition(startedAt, reached, ApiPosition.declarations(source));
  }

  /** Makes events of the answer to the last request. */
  void take(PageRequest request, Answer answer) {
    nextPage = null;
    ScopeRun run = current();
    switch (answer) {
      case Answer.Page page -> {
        nextPage = rows(request, run, page);
        present++;
      }
      case Answer.Unchanged _ -> present++;
      case Answer.Absent absent -> absent(request, run, absent);
    }
    if (nextPage == null) {
      reachedOf(request.resource()).put(run.scope(), run.reached());
    }
  }

  private void begin(ApiResource next) {
    RowReader reader = memory.reader(next);
    if (memory.isUnshaped(next.name())) {
      out.add(new SourceEvent.Shape(next.name(), reader.schema()));
    }
    if (next.write() == Write.REPLACE || !from.resources().containsKey(next.name())) {
      memory.emitted().forget(next.name());
      out.add(new SourceEvent.Opening(next.name(), startedAt));
    }
    scopes.addAll(scopesOf(next));
    reachedOf(next);
    present = 0;
    absentStatus = 0;
  }

  /** The one scope of a resource without a parent, else one for each parent known. */
  private Set<Scope> scopesOf(ApiResource next) {
    if (next.parent().isEmpty()) {
      return Set.of(Scope.of(next.name(), Map.of()));
    }
    Set<Scope> known = new LinkedHashSet<>();
    String parent = next.parent().get().resource();
    boolean complete =
        source.resources().stream()
            .anyMatch(r -> r.name().equals(parent) && r.write() == Write.REPLACE);
    // A replaced parent has just listed all that exist.
    if (!complete) {
      known.addAll(from.scopes(next.name()).keySet());
    }
    known.addAll(found.getOrDefault(next.name(), Set.of()));
    return known;
  }

  private void end(ApiResource done) {
    if (absentStatus != 0 && present == 0) {
      throw ApiProblem.of(
          IngestError.ING_031_API_REFUSED,
          "resource %s: the API answered %d for every parent of it. Check the path %s.",
          done.name(),
          absentStatus,
          done.path());
    }
  }

  private PageRequest request(ApiResource of, ScopeRun run, URI address) {
    run.ask(address);
    String etag = run.isFirstPage() ? memory.etag(run.scope(), address) : null;
    return new PageRequest(of, address, etag);
  }

  private @Nullable URI rows(PageRequest request, ScopeRun run, Answer.Page page) {
    ApiResource of = request.resource();
    if (run.isFirstPage()) {
      boolean proof = run.isProvenByFirstPage(page.next() == null);
      memory.keepEtag(run.scope(), request.address(), proof ? page.etag() : null);
    }
    List<Row> taken = run.take(page.records());
    for (Row row : taken) {
      findChildren(of, row);
      if (memory.emitted().isNew(of.name(), row.key(), row.values())) {
        out.add(change(of, run, row));
        rows++;
      }
    }
    return run.mayGoOn(page.records(), taken) ? page.next() : null;
  }

  private SourceEvent change(ApiResource of, ScopeRun run, Row row) {
    return new SourceEvent.Change(
        of.name(),
        SourceEvent.Op.READ,
        row.key(),
        null,
        row.values(),
        startedAt,
        run.where(),
        null);
  }

  private void findChildren(ApiResource of, Row row) {
    for (ApiResource child : source.resources()) {
      if (child.parent().isPresent() && child.parent().get().resource().equals(of.name())) {
        Scope scope = Scope.of(child.name(), places(of, child.parent().get(), row));
        found.computeIfAbsent(child.name(), _ -> new LinkedHashSet<>()).add(scope);
      }
    }
  }

  private Map<String, String> places(ApiResource of, Parent parent, Row row) {
    Map<String, String> places = new HashMap<>();
    parent
        .parameters()
        .forEach((place, column) -> {
          Object value = row.values()[memory.reader(of).placeOf(column)];
          if (value == null) {
            throw ApiProblem.of(
                IngestError.ING_038_API_VALUE_MISSING,
                "resource %s: column %s gives the path of a child, but a record has no value for"
                    + " it. Take a column that every record has.",
                of.name(),
                column);
          }
          places.put(place, value.toString());
        });
    return places;
  }

  /** A parent may be gone, or have no such collection; a resource of its own must be there. */
  private void absent(PageRequest request, ScopeRun run, Answer.Absent absent) {
    if (!run.isFirstPage()) {
      // The pages before it have raised the cursor beyond what is on it.
      throw ApiProblem.of(
          IngestError.ING_034_API_ANSWER_UNREADABLE,
          "resource %s, %s: the API answered %d for page %d, which the page before it names. The"
              + " run begins again later.",
          request.resource().name(),
          request.address().getRawPath(),
          absent.status(),
          run.page());
    }
    if (request.resource().parent().isEmpty()) {
      throw ApiProblem.of(
          IngestError.ING_031_API_REFUSED,
          "resource %s, %s: the API answered %d. Check the path and its parameters.",
          request.resource().name(),
          request.address().getRawPath(),
          absent.status());
    }
    absentStatus = absent.status();
  }

  private String reachedBefore(Scope scope) {
    return from.scopes(scope.resource()).getOrDefault(scope, "");
  }

  private Map<Scope, String> reachedOf(ApiResource of) {
    return reached.computeIfAbsent(of.name(), _ -> new LinkedHashMap<>());
  }

  private ScopeRun current() {
    if (scopeRun == null) {
      throw new IllegalStateException("no scope has begun");
    }
    return scopeRun;
  }
}
