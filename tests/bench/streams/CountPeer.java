// The peer of `bench streams`: how often each pupil came, and the last session, by Kafka Streams.
//
// It reads the topic that a service writes, by its keys, and of each record the two fields the aggregate needs, with a
// reader of its own: no chain, no library of messages. Exactly once, two threads, rows in RocksDB with a changelog.
//
// Output, a line each: "first", "half" and "last" when so many of --records were counted, "running N" when every
// row is there, N records restored. Input: "digest" is answered "digest HEX ROWS", "close" ends it.
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.processor.StateRestoreListener;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

public final class CountPeer {
  private static final int COMMIT = 3, EVENTS = 20, PUPIL_CHECKED_IN = 8, SESSION_ID = 1;
  private static final AtomicLong counted = new AtomicLong(), restored = new AtomicLong();
  private static long records;

  public static void main(String[] args) throws Exception {
    Map<String, String> flags = new TreeMap<>();
    for (int i = 0; i + 1 < args.length; i += 2) flags.put(args[i], args[i + 1]);
    records = Long.parseLong(flags.get("--records"));

    StreamsBuilder builder = new StreamsBuilder();
    builder.stream(flags.get("--topic"), Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()))
        .filter((pupil, record) -> pupil != null)  // Genesis and claims have no key.
        .groupByKey(Grouped.with(Serdes.ByteArray(), Serdes.ByteArray()))
        .aggregate(() -> new byte[Long.BYTES], (pupil, record, row) -> count(record, row),
            Materialized.<byte[], byte[], KeyValueStore<Bytes, byte[]>>as("rows")
                .withKeySerde(Serdes.ByteArray()).withValueSerde(Serdes.ByteArray()));
    KafkaStreams streams = new KafkaStreams(builder.build(), settings(flags));
    streams.setGlobalStateRestoreListener(new Restored());
    streams.setStateListener((to, from) -> {
      if (to == KafkaStreams.State.RUNNING) say("running " + restored.get());
      if (to == KafkaStreams.State.ERROR) say("failed: the state is ERROR");
    });
    streams.start();

    BufferedReader input = new BufferedReader(new InputStreamReader(System.in));
    for (String line = input.readLine(); line != null && !line.equals("close"); line = input.readLine()) {
      if (line.equals("digest")) say("digest " + digest(streams));
    }
    streams.close(Duration.ofSeconds(30));
  }

  private static Properties settings(Map<String, String> flags) {
    Properties settings = new Properties();
    settings.put("application.id", flags.get("--application"));
    settings.put("bootstrap.servers", flags.get("--brokers"));
    settings.put("state.dir", flags.get("--data"));
    settings.put("processing.guarantee", "exactly_once_v2");
    settings.put("num.stream.threads", "2");
    settings.put("replication.factor", "1");
    // Off, because that is faster here: of so many pupils few come twice between two commits (100 ms), and keeping
    // them costs half as much again as counting them.
    settings.put("statestore.cache.max.bytes", "0");
    settings.put("auto.offset.reset", "earliest");
    // As long as ours (session_ms_max); the default would keep whoever was killed for 45 s.
    settings.put("session.timeout.ms", "6000");
    settings.put("heartbeat.interval.ms", "2000");
    return settings;
  }

  private static byte[] count(byte[] record, byte[] row) {
    long at = find(record, 0, record.length, COMMIT);
    for (int field : new int[] {EVENTS, PUPIL_CHECKED_IN, SESSION_ID}) {
      at = find(record, (int) (at >> 32), (int) at, field);
    }
    byte[] last = Arrays.copyOfRange(record, (int) (at >> 32), (int) at);
    ByteBuffer next = ByteBuffer.allocate(Long.BYTES + last.length);
    next.putLong(ByteBuffer.wrap(row).getLong() + 1).put(last);
    long now = counted.incrementAndGet();
    if (now == 1) say("first");
    if (now == records / 2) say("half");
    if (now == records) say("last");
    return next.array();
  }

  // Where the bytes of a field of a message begin (upper half) and end (lower half).
  private static long find(byte[] bytes, int at, int end, int field) {
    while (at < end) {
      long tag = varint(bytes, at);
      at += sizeOf(tag);
      switch ((int) (tag & 7)) {
        case 0 -> at += sizeOf(varint(bytes, at));
        case 1 -> at += 8;
        case 5 -> at += 4;
        default -> {
          long length = varint(bytes, at);
          at += sizeOf(length);
          if (tag >> 3 == field) return (long) at << 32 | at + length;
          at += (int) length;
        }
      }
    }
    throw new IllegalArgumentException("no field " + field);
  }

  private static long varint(byte[] bytes, int at) {
    long value = 0;
    for (int shift = 0;; shift += 7, ++at) {
      value |= (long) (bytes[at] & 0x7f) << shift;
      if (bytes[at] >= 0) return value;
    }
  }

  private static int sizeOf(long value) {
    int size = 1;
    while ((value >>>= 7) != 0) ++size;
    return size;
  }

  private static String digest(KafkaStreams streams) throws Exception {
    ReadOnlyKeyValueStore<byte[], byte[]> store =
        streams.store(StoreQueryParameters.fromNameAndType("rows", QueryableStoreTypes.keyValueStore()));
    TreeMap<String, byte[]> rows = new TreeMap<>();
    try (KeyValueIterator<byte[], byte[]> all = store.all()) {
      all.forEachRemaining(row -> rows.put(new String(row.key, StandardCharsets.US_ASCII), row.value));
    }
    MessageDigest sha = MessageDigest.getInstance("SHA-256");
    rows.forEach((key, row) -> {
      String last = new String(row, Long.BYTES, row.length - Long.BYTES, StandardCharsets.US_ASCII);
      String line = key + "," + ByteBuffer.wrap(row).getLong() + "," + last + "\n";
      sha.update(line.getBytes(StandardCharsets.US_ASCII));
    });
    return HexFormat.of().formatHex(sha.digest()) + " " + rows.size();
  }

  private static synchronized void say(String line) {
    System.out.println(line);
    System.out.flush();
  }

  private static final class Restored implements StateRestoreListener {
    @Override
    public void onRestoreStart(TopicPartition partition, String store, long from, long to) {}
    @Override
    public void onBatchRestored(TopicPartition partition, String store, long to, long count) {}
    @Override
    public void onRestoreEnd(TopicPartition partition, String store, long total) {
      restored.addAndGet(total);
    }
  }
}
