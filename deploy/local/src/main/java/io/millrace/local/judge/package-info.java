/**
 * A drained warehouse compared with what lies outside it: the shop's database and its
 * trigger-filled history, GitHub's stand-in.
 */
@NullMarked
package io.millrace.local.judge;

import org.jspecify.annotations.NullMarked;
