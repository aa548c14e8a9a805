package io.millrace.ingest.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.millrace.contracts.error.IngestError;
import io.millrace.contracts.error.MillraceException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpHeaders;
import java.util.Locale;
import java.util.zip.GZIPInputStream;

/** Reads the body of a 200 as a page: whole and well-formed, or not at all. */
final class PageBody {

  /** Deeper JSON is refused. */
  private static final int DEPTH_MAX = 100;

  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(DEPTH_MAX)
                          .maxStringLength(Integer.MAX_VALUE)
                          .build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private final long bytesMax;

  PageBody(long bytesMax) {
    this.bytesMax = bytesMax;
  }

  /**
   * The records of a page.
   *
   * @param pointer where in the page they are
   * @throws UnreadableAnswer when it is not JSON, is broken off, or has no array at the pointer
   * @throws MillraceException ING-035 when it is larger than allowed, unpacked
   */
  ArrayNode records(HttpHeaders headers, CappedBody.Bytes body, String pointer, String where)
      throws UnreadableAnswer {
    String type = headers.firstValue("content-type").orElse("application/json");
    if (!isJson(type)) {
      throw new UnreadableAnswer("its content type is " + type + ", not JSON", null);
    }
    if (body.tooLong()) {
      throw tooLarge(where);
    }
    byte[] text = unpacked(headers, body.bytes(), where);
    try {
      JsonNode page = JSON.readTree(text);
      JsonNode records = page.at(JsonPointer.compile(pointer));
      if (records instanceof ArrayNode array) {
        return array;
      }
      String place = pointer.isEmpty() ? "its top" : pointer;
      throw new UnreadableAnswer("it has no array of records at " + place, null);
    } catch (JsonProcessingException e) {
      // Not as the cause: its message quotes the text, which would put rows into logs.
      long at = e.getLocation() == null ? -1 : e.getLocation().getByteOffset();
      throw new UnreadableAnswer("its JSON is broken off or malformed at byte " + at, null);
    } catch (IOException e) {
      throw new UnreadableAnswer("its JSON cannot be read", e);
    }
  }

  private static boolean isJson(String contentType) {
    String type = contentType.split(";", 2)[0].trim().toLowerCase(Locale.ROOT);
    return type.equals("application/json") || type.equals("text/json") || type.endsWith("+json");
  }

  private byte[] unpacked(HttpHeaders headers, byte[] bytes, String where) throws UnreadableAnswer {
    String encoding =
        headers.firstValue("content-encoding").orElse("identity").toLowerCase(Locale.ROOT);
    if (encoding.equals("identity")) {
      return bytes;
    }
    if (!encoding.equals("gzip")) {
      throw new UnreadableAnswer("its content encoding is " + encoding + ", not gzip", null);
    }
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
      int limit = (int) Math.min(bytesMax, Integer.MAX_VALUE - 16);
      byte[] text = in.readNBytes(limit);
      if (in.read() != -1) {
        throw tooLarge(where);
      }
      return text;
    } catch (IOException e) {
      throw new UnreadableAnswer("its gzip stream is broken", e);
    }
  }

  private MillraceException tooLarge(String where) {
    return ApiProblem.of(
        IngestError.ING_035_API_ANSWER_TOO_LARGE,
        "%s: the answer is larger than %,d bytes, the limit of this source. Ask for smaller pages,"
            + " or raise max-body-bytes.",
        where,
        bytesMax);
  }
}
