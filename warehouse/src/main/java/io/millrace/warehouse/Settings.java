package io.millrace.warehouse;

import java.time.Duration;

/**
 * What {@code warehouse.yml} says beside the name.
 *
 * @param topicPrefix begins every topic, group and transactional id; default the warehouse's name
 * @param lake path or URI text below which the tables lie, variables filled in
 * @param cutInterval least time between two cuts of a source; default 1 second
 * @param retention of changelog topics; default 7 days
 * @param deadLetterRetention of dead-letter topics; default 90 days
 * @param targetLag of dynamic tables that say nothing; default 1 minute
 * @param shards of each service's tables, fixed at the first start; default 16
 * @param publishLimit row changes of one version above which followers read the change feed instead
 *     of the topic; default 1,000,000
 */
public record Settings(
    String topicPrefix,
    String lake,
    Duration cutInterval,
    Duration retention,
    Duration deadLetterRetention,
    TargetLag targetLag,
    int shards,
    long publishLimit) {}
