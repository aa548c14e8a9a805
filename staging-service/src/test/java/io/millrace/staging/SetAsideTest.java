package io.millrace.staging;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.changelog.codec.WireRecord;
import io.millrace.changelog.topic.DeadLetter;
import io.millrace.contracts.TableName;
import io.millrace.contracts.error.ChangelogError;
import io.millrace.contracts.error.ContractError;
import io.millrace.contracts.error.ErrorCode;
import io.millrace.contracts.error.StagingError;
import io.millrace.lake.DuckDb;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SetAsideTest {
  private static final int BATCH = 500;

  @TempDir Path folder;
  private DuckDb duckDb;
  private Connection duck;
  private Refusals refusals;
  private final List<DeadLetter> first = new ArrayList<>();
  private long sent;
  private int most;

  @BeforeEach
  void open() {
    duckDb = DuckDb.inMemory(folder.resolve("spill"), DuckDb.Limits.small());
    duck = duckDb.connect();
    refusals = new Refusals(duck);
    refusals.begin();
  }

  @AfterEach
  void close() throws SQLException {
    duck.close();
    duckDb.close();
  }

  /** Records with a number for a value, a batch at a time, none of which is kept. */
  private static Iterator<List<WireRecord>> topic(long records) {
    return LongStream.range(0, records / BATCH)
        .mapToObj(batch ->
            LongStream.range(batch * BATCH, (batch + 1) * BATCH)
                .mapToObj(offset -> new WireRecord(null, new byte[] {(byte) offset}, 0, offset))
                .toList())
        .iterator();
  }

  private void send(long records) {
    new SetAside(
            TableName.parse("staging.s"),
            "raw.shop.s",
            ranges -> topic(records),
            letters -> {
              letters.stream().limit(3 - first.size()).forEach(first::add);
              sent += letters.size();
              most = Math.max(most, letters.size());
            })
        .send(refusals, List.of(), 7);
  }

  @Test
  void recordsAreSentWithTheirBytesAndWhatTheyWereRefusedFor() {
    refusals.add(
        List.of(
            new Refusal(3, Refusal.Stage.DECODE, ChangelogError.CL_004_NOT_FRAMED, "it's bare"),
            new Refusal(
                501, Refusal.Stage.SELECT, StagingError.STG_001_ROW_REFUSED, "cannot be cast")));
    send(2_000);
    assertThat(sent).isEqualTo(2);
    assertThat(first)
        .extracting(DeadLetter::id)
        .containsExactly("raw.shop.s/0/3/staging.s:decode", "raw.shop.s/0/501/staging.s:select");
    assertThat(first).extracting(DeadLetter::reason).containsExactly("it's bare", "cannot be cast");
    assertThat(first).extracting(DeadLetter::code).startsWith(ChangelogError.CL_004_NOT_FRAMED);
    assertThat(first.getFirst().value()).containsExactly(3);
  }

  @Test
  void everyCodeThatSetsARecordAsideIsKnownAgain() {
    List<ErrorCode> codes =
        Stream.<ErrorCode[]>of(
                ContractError.values(), ChangelogError.values(), StagingError.values())
            .flatMap(Arrays::stream)
            .filter(code -> code.response() == ErrorCode.Response.DEAD_LETTER)
            .toList();
    for (int i = 0; i < codes.size(); i++) {
      refusals.add(
          List.of(new Refusal(i, Refusal.Stage.DECODE, codes.get(i), "no record of ours")));
    }
    assertThat(refusals.between(0, 100).values()).extracting(Refusal::code).isEqualTo(codes);
  }

  @Test
  void aTopicOfNothingButGarbageIsSentABatchAtATime() {
    refusals.addAll(
        "SELECT range FROM range(200000)",
        Refusal.Stage.SELECT,
        StagingError.STG_001_ROW_REFUSED,
        "cannot be cast");
    send(200_000);
    assertThat(sent).isEqualTo(200_000);
    assertThat(most).isEqualTo(BATCH);
  }

  @Test
  void aTopicIsNotReadAgainWhereNothingWasRefused() {
    new SetAside(
            TableName.parse("staging.s"),
            "raw.shop.s",
            ranges -> {
              throw new AssertionError("read");
            },
            letters -> sent++)
        .send(refusals, List.of(), 7);
    assertThat(sent).isZero();
  }

  @Test
  void aRangeIsTakenInPortionsAndNoBatchIsLost() {
    Iterator<List<WireRecord>> topic = topic(3L * Portion.RECORDS / 2);
    List<Long> portions = new ArrayList<>();
    while (topic.hasNext()) {
      Portion portion = new Portion(topic);
      long records = 0;
      while (portion.hasNext()) {
        records += portion.next().size();
      }
      portions.add(records);
    }
    assertThat(portions).containsExactly((long) Portion.RECORDS, Portion.RECORDS / 2L);
  }
}
