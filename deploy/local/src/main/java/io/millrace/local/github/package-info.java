/** GitHub's stand-in inside this process, for runs that are judged afterwards. */
@NullMarked
package io.millrace.local.github;

import org.jspecify.annotations.NullMarked;
