/**
 * What runs a service: its settings, the warehouse it serves, the cut log's channel, health,
 * metrics and status. Knows nothing of what the service does.
 */
@NullMarked
package io.millrace.runtime;

import org.jspecify.annotations.NullMarked;
