/** Tests of the demo shop on a real PostgreSQL. */
@NullMarked
package io.millrace.local.shop;

import org.jspecify.annotations.NullMarked;
