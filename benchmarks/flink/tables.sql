-- The raw topics as tables, with the columns that the staging tables have, and a topic a query.
-- A raw topic holds Debezium's envelope. Its first record opens the snapshot (op t), which is no
-- operation that Flink knows: reading begins behind it.
CREATE DATABASE staging;
CREATE DATABASE marts;

CREATE TABLE staging.region (
  r_regionkey BIGINT NOT NULL, r_name STRING NOT NULL,
  PRIMARY KEY (r_regionkey) NOT ENFORCED
) WITH (
  'connector' = 'kafka',
  'topic' = 'shop.raw.shop.region',
  'properties.bootstrap.servers' = '${bootstrap}',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'specific-offsets',
  'scan.startup.specific-offsets' = 'partition:0,offset:1',
  'format' = 'debezium-avro-confluent',
  'debezium-avro-confluent.url' = '${registry}'
);

CREATE TABLE staging.nation (
  n_nationkey BIGINT NOT NULL, n_name STRING NOT NULL, n_regionkey BIGINT NOT NULL,
  PRIMARY KEY (n_nationkey) NOT ENFORCED
) WITH (
  'connector' = 'kafka',
  'topic' = 'shop.raw.shop.nation',
  'properties.bootstrap.servers' = '${bootstrap}',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'specific-offsets',
  'scan.startup.specific-offsets' = 'partition:0,offset:1',
  'format' = 'debezium-avro-confluent',
  'debezium-avro-confluent.url' = '${registry}'
);

CREATE TABLE staging.customer (
  c_custkey BIGINT NOT NULL, c_nationkey BIGINT NOT NULL, c_mktsegment STRING NOT NULL,
  PRIMARY KEY (c_custkey) NOT ENFORCED
) WITH (
  'connector' = 'kafka',
  'topic' = 'shop.raw.shop.customer',
  'properties.bootstrap.servers' = '${bootstrap}',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'specific-offsets',
  'scan.startup.specific-offsets' = 'partition:0,offset:1',
  'format' = 'debezium-avro-confluent',
  'debezium-avro-confluent.url' = '${registry}'
);

CREATE TABLE staging.supplier (
  s_suppkey BIGINT NOT NULL, s_nationkey BIGINT NOT NULL,
  PRIMARY KEY (s_suppkey) NOT ENFORCED
) WITH (
  'connector' = 'kafka',
  'topic' = 'shop.raw.shop.supplier',
  'properties.bootstrap.servers' = '${bootstrap}',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'specific-offsets',
  'scan.startup.specific-offsets' = 'partition:0,offset:1',
  'format' = 'debezium-avro-confluent',
  'debezium-avro-confluent.url' = '${registry}'
);

CREATE TABLE staging.orders (
  o_orderkey BIGINT NOT NULL, o_custkey BIGINT NOT NULL, o_orderdate DATE NOT NULL,
  o_orderpriority STRING NOT NULL, o_shippriority INT NOT NULL,
  PRIMARY KEY (o_orderkey) NOT ENFORCED
) WITH (
  'connector' = 'kafka',
  'topic' = 'shop.raw.shop.orders',
  'properties.bootstrap.servers' = '${bootstrap}',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'specific-offsets',
  'scan.startup.specific-offsets' = 'partition:0,offset:1',
  'format' = 'debezium-avro-confluent',
  'debezium-avro-confluent.url' = '${registry}'
);

CREATE TABLE staging.lineitem (
  l_orderkey BIGINT NOT NULL, l_linenumber INT NOT NULL, l_suppkey BIGINT NOT NULL,
  l_quantity DECIMAL(15, 2) NOT NULL, l_extendedprice DECIMAL(15, 2) NOT NULL,
  l_discount DECIMAL(15, 2) NOT NULL, l_tax DECIMAL(15, 2) NOT NULL,
  l_returnflag STRING NOT NULL, l_linestatus STRING NOT NULL,
  l_shipdate DATE NOT NULL, l_commitdate DATE NOT NULL, l_receiptdate DATE NOT NULL,
  PRIMARY KEY (l_orderkey, l_linenumber) NOT ENFORCED
) WITH (
  'connector' = 'kafka',
  'topic' = 'shop.raw.shop.lineitem',
  'properties.bootstrap.servers' = '${bootstrap}',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'specific-offsets',
  'scan.startup.specific-offsets' = 'partition:0,offset:1',
  'format' = 'debezium-avro-confluent',
  'debezium-avro-confluent.url' = '${registry}'
);

CREATE TABLE marts.q1 (
  l_returnflag STRING, l_linestatus STRING, sum_qty DECIMAL(38, 2), sum_base_price DECIMAL(38, 2),
  sum_disc_price DECIMAL(38, 4), sum_charge DECIMAL(38, 6), count_order BIGINT,
  PRIMARY KEY (l_returnflag, l_linestatus) NOT ENFORCED
) WITH (
  'connector' = 'upsert-kafka',
  'topic' = '${run}.q1',
  'properties.bootstrap.servers' = '${bootstrap}',
  'properties.transaction.timeout.ms' = '600000',
  'sink.delivery-guarantee' = '${guarantee}',
  'sink.transactional-id-prefix' = '${run}.q1',
  'key.format' = 'json',
  'value.format' = 'json',
  'value.json.encode.decimal-as-plain-number' = 'true'
);

CREATE TABLE marts.q3 (
  l_orderkey BIGINT, o_orderdate DATE, o_shippriority INT, revenue DECIMAL(38, 4),
  PRIMARY KEY (l_orderkey, o_orderdate, o_shippriority) NOT ENFORCED
) WITH (
  'connector' = 'upsert-kafka',
  'topic' = '${run}.q3',
  'properties.bootstrap.servers' = '${bootstrap}',
  'properties.transaction.timeout.ms' = '600000',
  'sink.delivery-guarantee' = '${guarantee}',
  'sink.transactional-id-prefix' = '${run}.q3',
  'key.format' = 'json',
  'value.format' = 'json',
  'value.json.encode.decimal-as-plain-number' = 'true'
);

CREATE TABLE marts.q4 (
  o_orderpriority STRING, order_count BIGINT,
  PRIMARY KEY (o_orderpriority) NOT ENFORCED
) WITH (
  'connector' = 'upsert-kafka',
  'topic' = '${run}.q4',
  'properties.bootstrap.servers' = '${bootstrap}',
  'properties.transaction.timeout.ms' = '600000',
  'sink.delivery-guarantee' = '${guarantee}',
  'sink.transactional-id-prefix' = '${run}.q4',
  'key.format' = 'json',
  'value.format' = 'json',
  'value.json.encode.decimal-as-plain-number' = 'true'
);

CREATE TABLE marts.q5 (
  n_name STRING, revenue DECIMAL(38, 4),
  PRIMARY KEY (n_name) NOT ENFORCED
) WITH (
  'connector' = 'upsert-kafka',
  'topic' = '${run}.q5',
  'properties.bootstrap.servers' = '${bootstrap}',
  'properties.transaction.timeout.ms' = '600000',
  'sink.delivery-guarantee' = '${guarantee}',
  'sink.transactional-id-prefix' = '${run}.q5',
  'key.format' = 'json',
  'value.format' = 'json',
  'value.json.encode.decimal-as-plain-number' = 'true'
);
