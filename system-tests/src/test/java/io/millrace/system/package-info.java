/** What holds the parts together; nothing here starts a process of Millrace. */
@NullMarked
package io.millrace.system;

import org.jspecify.annotations.NullMarked;
