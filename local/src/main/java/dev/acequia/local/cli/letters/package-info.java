/**
 * Dead letters as a person sees them: {@link LetterReader} finds those that a {@link LetterFilter}
 * describes, {@link LetterTable} and {@link LetterJson} show them, {@link Redrive} sends them back.
 */
@NullMarked
package dev.acequia.local.cli.letters;

import org.jspecify.annotations.NullMarked;
